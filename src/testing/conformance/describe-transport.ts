import { globalRunner, type TestRunner } from './test-runner.ts';
import type { ConformanceOptions, TransportCase } from './transport-case.ts';
import { transportCases } from './transport-cases.ts';
import type { TransportUnderTest } from './transport-under-test.ts';

/**
 * How {@link describeTransport} registers the cases.
 *
 * @public
 */
export interface DescribeTransportOptions extends ConformanceOptions {
  /** The `describe` and `it` to register with. Default: the global ones; `node:test` has none. */
  readonly runner?: TestRunner | undefined;
}

/**
 * Registers the conformance suite for a transport: what an RPC layer may rely on, whichever transport it is given.
 *
 * ```text
 * describeTransport('pigeon', make)   describe: pigeon is a Transport
 *                                       describe: ownership
 *                                         it: bind does nothing before it is subscribed
 *                                         it: …                                            make() is called for each
 * ```
 *
 * A case that does not apply to the traits of the transport is skipped under a name that says why. A case fails with an
 * AssertionError, or an Error that says what was waited for.
 *
 * @param name - of the transport
 * @param makeTransport - makes two transports that can reach one another
 * @throws Error when there is no `runner` and no global one
 * @example
 * ```ts
 * import { describe, it } from 'node:test';
 * import { describeTransport, memoryTransport } from 'rxjs-net/testing';
 *
 * describeTransport(
 *   'my transport',
 *   () => {
 *     const server = memoryTransport(); // or one of your own
 *     return { server, client: server.sibling() };
 *   },
 *   { runner: { describe, it }, traits: { window: 512 * 1024 } },
 * );
 * ```
 * @see docs/conformance.md
 * @public
 */
export function describeTransport(
  name: string,
  makeTransport: () => TransportUnderTest | Promise<TransportUnderTest>,
  options: DescribeTransportOptions = {},
): void {
  const { runner = globalRunner(), ...howToRun } = options;
  const { describe } = runner;
  describe(`${name} is a Transport`, () => {
    for (const [subject, cases] of bySubject()) {
      describe(subject, () => {
        for (const one of cases) register(one, makeTransport, runner, howToRun);
      });
    }
  });
}

function register(
  one: TransportCase,
  makeTransport: () => TransportUnderTest | Promise<TransportUnderTest>,
  { it }: TestRunner,
  options: ConformanceOptions,
): void {
  const reason = one.notApplicable(options.traits ?? {});
  const body = (): Promise<void> => one.run(makeTransport, options);
  if (reason === undefined) it(one.name, body);
  else it.skip?.(`${one.name} (skipped: ${reason})`, body);
}

function bySubject(): ReadonlyMap<string, readonly TransportCase[]> {
  const groups = new Map<string, TransportCase[]>();
  for (const one of transportCases) {
    const group = groups.get(one.subject);
    if (group === undefined) groups.set(one.subject, [one]);
    else group.push(one);
  }
  return groups;
}
