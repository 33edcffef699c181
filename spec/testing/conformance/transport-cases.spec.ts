import { UnixSocketTransport } from '../../../src/index.ts';
import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';
import type { TestRunner } from '../../../src/testing/conformance/test-runner.ts';
import { transportCases } from '../../../src/testing/conformance/transport-cases.ts';
import type { TransportTraits } from '../../../src/testing/conformance/transport-under-test.ts';
import { SimulatedNetwork } from '../../../src/testing/simulation/simulated-network.ts';
import { SimulationScheduler } from '../../../src/testing/simulation/simulation-scheduler.ts';

const makeTransport = (): { server: UnixSocketTransport; client: UnixSocketTransport } => ({
  server: new UnixSocketTransport(),
  client: new UnixSocketTransport(),
});

/** A runner that runs nothing, and remembers what it was told. */
function rememberingRunner(): TestRunner & { readonly tests: string[]; readonly skipped: string[] } {
  const tests: string[] = [];
  const skipped: string[] = [];
  const it = Object.assign((name: string) => tests.push(name), {
    skip: (name: string) => skipped.push(name),
  });
  return {
    tests,
    skipped,
    it,
    describe: (_name, body) => {
      body();
    },
  };
}

describe('the cases', () => {
  it('are at least 80, with names of their own', () => {
    const names = transportCases.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(80);
    expect(new Set(names).size).toBe(names.length);
  });

  it('come from every rule of the design', () => {
    const rules = [...new Set(transportCases.map(({ rule }) => rule))].sort((one, other) => one - other);
    expect(rules).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
  });

  it('leave at least 80 for a transport that can do nothing special', () => {
    const traits: TransportTraits = { reset: false, apart: false, unanswered: false, admission: false };
    const left = transportCases.filter((one) => one.notApplicable(traits) === undefined);
    expect(left.length).toBeGreaterThanOrEqual(80);
    expect(left.length).toBeLessThan(transportCases.length);
  });

  it('fail in time, and say what they waited for', async () => {
    const [sample] = transportCases.filter(({ name }) => name.startsWith('connect emits one connection'));
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler });
    const deaf = network.host('server').transport({ allowHalfOpen: true });
    const client = network.host('client').transport();
    const drive = <T>(work: Promise<T>): Promise<T> => scheduler.settle(work);
    const running = sample?.run(() => ({ server: deaf, client, scheduler, drive }), { patience: 100 });
    await expect(running).rejects.toThrow('waited for the end of connect, and 100 ms were not enough');
  });

  it('clean up, whatever came of them', async () => {
    const [sample] = transportCases;
    const dispose = jest.fn();
    await sample?.run(() => ({ ...makeTransport(), dispose }));
    expect(dispose).toHaveBeenCalledTimes(1);
    const failing = { ...makeTransport(), dispose, drive: () => Promise.reject(new Error('no time')) };
    await expect(sample?.run(() => failing)).rejects.toThrow('no time');
    expect(dispose).toHaveBeenCalledTimes(2);
  });

  it('let the time of their transport be driven, from the first of it to the last', async () => {
    const [sample] = transportCases;
    let driven = 0;
    const drive = <T>(work: Promise<T>): Promise<T> => {
      driven += 1;
      return work;
    };
    await sample?.run(() => ({ ...makeTransport(), drive }));
    // What the case does, and its end.
    expect(driven).toBe(2);
  });
});

describe('describeTransport', () => {
  it('registers every case with the runner that it is given', () => {
    const runner = rememberingRunner();
    describeTransport('any', makeTransport, { runner, traits: { unanswered: true } });
    expect([...runner.tests].sort()).toEqual(transportCases.map(({ name }) => name).sort());
    expect(runner.skipped).toEqual([]);
  });

  it('skips what does not apply, and says why', () => {
    const runner = rememberingRunner();
    describeTransport('any', makeTransport, { runner, traits: { reset: false } });
    expect(runner.tests.length + runner.skipped.length).toBe(transportCases.length);
    expect(runner.skipped).toContain(
      'connect errs when the connection is lost (skipped: this transport has no reset)',
    );
  });

  it('leaves out what does not apply when the runner cannot skip', () => {
    const { describe: group, tests } = rememberingRunner();
    const runner = { describe: group, it: (name: string) => tests.push(name) };
    describeTransport('any', makeTransport, { runner, traits: { reset: false, unanswered: true } });
    expect(tests.length).toBeLessThan(transportCases.length);
    expect(tests).not.toContain('connect errs when the connection is lost');
  });

  it('says what it wants when there is no global describe', () => {
    const { describe: original } = globalThis;
    Reflect.deleteProperty(globalThis, 'describe');
    try {
      expect(() => {
        describeTransport('any', makeTransport);
      }).toThrow('give them as { runner: { describe, it } }');
    } finally {
      globalThis.describe = original;
    }
  });
});
