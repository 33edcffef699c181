import type { Fault } from '../../../src/testing/index.ts';
import { faultEdges } from '../../../src/testing/explore/inject-faults.ts';
import { SimulatedNetwork } from '../../../src/testing/index.ts';

/** What the trace says when these faults have come and gone. */
function traceOf(faults: readonly Fault[]): string {
  const network = new SimulatedNetwork();
  network.host('a');
  network.host('b');
  for (const { at, inject } of faultEdges(network, faults)) {
    network.host('a').note(`${at}`);
    inject();
  }
  return network.trace.toString().replaceAll('0.000 ', '');
}

describe('faultEdges', () => {
  it.each<[Fault, string, string]>([
    [
      { kind: 'partition', at: 1, lasts: 2, between: ['a', 'b'] },
      'network: partition of a and b',
      'network: healed a and b',
    ],
    [{ kind: 'crash', at: 1, lasts: 2, host: 'a', how: 'silence' }, 'a: crash, silence', 'a: restart'],
    [
      { kind: 'slowReader', at: 1, lasts: 2, host: 'a', bytesPerSecond: 5 },
      'a: reads 5 B/s',
      'a: reads Infinity B/s',
    ],
    [{ kind: 'dropSyn', at: 1, lasts: 2, host: 'a', count: 3 }, 'a: drops 3 SYN', 'a: drops 0 SYN'],
    [{ kind: 'backlogFull', at: 1, lasts: 2, host: 'a' }, 'a: backlog full', 'a: backlog has room'],
    [
      { kind: 'resolution', at: 1, lasts: 2, name: 'a', failure: 'EAI_AGAIN' },
      'network: a resolves: EAI_AGAIN',
      'network: a resolves: normal',
    ],
  ])('injects and heals %j', (fault, begins, ends) => {
    expect(traceOf([fault])).toBe(`a: 1\n${begins}\na: 3\n${ends}\n`);
  });

  it('heals at the later end, where two overlap at one place', () => {
    const one = { kind: 'partition', at: 0, lasts: 10, between: ['a', 'b'] } as const;
    const other = { kind: 'partition', at: 5, lasts: 10, between: ['b', 'a'] } as const;
    const begun = 'a: 0\nnetwork: partition of a and b\na: 5\nnetwork: partition of b and a\n';
    expect(traceOf([one, other])).toBe(`${begun}a: 10\na: 15\nnetwork: healed b and a\n`);
  });

  it('heals each place by itself', () => {
    const trace = traceOf([
      { kind: 'crash', at: 0, lasts: 10, host: 'a', how: 'reset' },
      { kind: 'crash', at: 5, lasts: 10, host: 'b', how: 'reset' },
    ]);
    expect(trace).toBe(
      'a: 0\na: crash, reset\na: 5\nb: crash, reset\na: 10\na: restart\na: 15\nb: restart\n',
    );
  });

  it('refuses a host that is not there, when it comes to it', () => {
    expect(() => traceOf([{ kind: 'backlogFull', at: 0, lasts: 1, host: 'c' }])).toThrow('a fault names c');
  });
});
