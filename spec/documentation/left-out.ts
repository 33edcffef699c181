/** What a piece of code on a page is about and does not say, in one place; the spec fails for what is not needed. */
export interface LeftOut {
  readonly page: string;
  /** A text that this piece of code alone has on its page. */
  readonly of: string;
  /** Why it is not there. */
  readonly because: string;
  readonly code: string;
}

export const LEFT_OUT: readonly LeftOut[] = [
  {
    page: 'README.md',
    of: 'new SimulationScheduler()',
    because: 'it is about the network, and the handler is of no matter',
    code: `import { backoff, serve, type Connection } from 'rxjs-net';
      import { SimulatedNetwork, SimulationScheduler } from 'rxjs-net/testing';
      import { mergeMap, retry, type Observable } from 'rxjs';
      declare function talk(connection: Connection): Observable<unknown>;`,
  },
  {
    page: 'docs/conformance.md',
    of: 'import { transportCases }',
    because: 'what it needs was made in the code before it',
    code: `import type { TransportTraits, TransportUnderTest } from 'rxjs-net/testing';
      declare const traits: TransportTraits;
      declare const makeTransport: () => TransportUnderTest;`,
  },
  {
    page: 'docs/observability.md',
    of: 'logger.debug',
    because: 'the messages, their handler and the logger are of the program around it',
    code: `declare const logger: { debug(text: string): void };
      declare function handler(connection: Connection<Request, Response>): Response[];
      import type { Connection } from 'rxjs-net';
      interface Request { readonly id: number }
      interface Response { readonly id: number }`,
  },
  {
    page: 'docs/observability.md',
    of: 'wiretap<Login, Reply>',
    because: 'the messages and the log are of the program around it',
    code: `declare function log(text: string): void;
      interface Login { readonly password: string }
      interface Reply { readonly id: number }`,
  },
  {
    page: 'docs/security.md',
    of: 'firstByteTimeout(10_000)',
    because: 'the certificate and the handler are of the program around it',
    code: `declare const secureContext: import('rxjs-net').TlsOptions['secureContext'];
      declare function handler(connection: import('rxjs-net').Connection<unknown, unknown>): unknown[];`,
  },
];

/** Modules that pages import, and that are not part of this package. */
export const OTHER_MODULES: ReadonlyMap<string, string> = new Map([
  [
    'others.d',
    `declare module 'msgpackr' {
       export function pack(value: unknown): Uint8Array;
       export function unpack(bytes: Uint8Array): unknown;
     }
     declare module 'vitest' {
       export const describe: (name: string, body: () => void) => void;
       export const it: (name: string, body: () => Promise<void>) => void;
     }`,
  ],
  ['pigeon-transport', `export { TcpSocketTransport as PigeonTransport } from 'rxjs-net';`],
  // The guide is about the application of someone who has copied these.
  ['rxjs-net-server', `export * from '../../examples/nestjs/rxjs-net-server.ts';`],
  ['rxjs-net-client', `export * from '../../examples/nestjs/rxjs-net-client.ts';`],
  ['client-transport', `export * from '../../examples/rsocket/client-transport.ts';`],
  ['server-transport', `export * from '../../examples/rsocket/server-transport.ts';`],
  ['requests', `export * from '../../examples/rsocket/requests.ts';`],
  ['scenario', `export { payments } from '../../examples/simulated-rpc/scenario.ts';`],
]);
