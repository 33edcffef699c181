import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BindOptions, ConnectOptions } from '../src/index.ts';
import { certificates } from '../spec/certificates.ts';

/** What connections are made of. */
export interface Medium {
  readonly name: string;
  /** Where a server of a run binds. */
  readonly endpoint: string;
  readonly bind: BindOptions;
  readonly connect: ConnectOptions;
  /** Whether the peer can tell a reset from an end. */
  readonly resets: boolean;
  /** Whether both ends know the address of the other. */
  readonly addresses: boolean;
  /** Whether a connection stands on a socket of its own, which may be released a turn after it. */
  readonly layered: boolean;
  /** Files that are there while somebody listens. */
  readonly files: () => readonly string[];
  /** Codes of a dial that nobody answers. */
  readonly refusals: readonly string[];
  remove(): void;
}

export function tcp(): Medium {
  return {
    name: 'tcp',
    endpoint: '127.0.0.1:0',
    bind: {},
    connect: {},
    resets: true,
    addresses: true,
    layered: false,
    files: () => [],
    refusals: ['ERR_CONNECTION_REFUSED'],
    remove: () => undefined,
  };
}

export function unix(): Medium {
  const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-lifecycle-'));
  return {
    name: 'unix',
    endpoint: `unix:${join(directory, 'socket')}`,
    bind: {},
    connect: {},
    resets: false,
    addresses: false,
    layered: false,
    files: () => readdirSync(directory),
    // The second of a server that has stopped accepting, and has not been told by the kernel yet.
    refusals: ['ERR_ENDPOINT_NOT_FOUND', 'ERR_CONNECTION_REFUSED'],
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function tls(): Promise<Medium> {
  const { ca, server } = await certificates();
  return {
    ...tcp(),
    name: 'tls',
    layered: true,
    endpoint: 'tls://127.0.0.1:0',
    bind: { tls: { secureContext: server } },
    connect: { tls: { secureContext: { ca } } },
  };
}
