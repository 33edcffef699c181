import {
  catchError,
  config,
  EMPTY,
  finalize,
  firstValueFrom,
  from,
  map,
  mergeMap,
  NEVER,
  of,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import {
  ExplorationError,
  explore,
  replay,
  type ExploreOptions,
  type ExploreProgress,
  type Scenario,
} from '../../../src/testing/index.ts';
import { fragile, sturdy } from './scenarios.ts';

const SHORT = { duration: 10_000, quiet: 10_000 } as const;
const CRASHES = {
  partition: false,
  crash: ['server'],
  slowReader: false,
  dropSyn: false,
  backlogFull: false,
  resolution: false,
} as const;

async function failureOf(scenario: Scenario, options: ExploreOptions = {}): Promise<ExplorationError> {
  const error: unknown = await explore(scenario, { ...SHORT, seeds: 5, ...options }).then(
    () => new Error('nothing was found'),
    (reason: unknown) => reason,
  );
  if (error instanceof ExplorationError) return error;
  throw error;
}

describe('explore', () => {
  afterEach(() => {
    delete process.env['RXJS_NET_SEED'];
  });

  it('tells what it has tried, when everything holds', async () => {
    const tried = await explore(sturdy, { seeds: 20 });
    expect(tried.runs).toBe(20);
    expect(tried.virtualTime).toBe(20 * 180_000);
    // Once at the end of each.
    expect(tried.checks).toBe(20);
    expect(tried.connections).toBeGreaterThan(20);
    for (const count of Object.values(tried.faults)) expect(count).toBeGreaterThan(0);
  });

  it('finds what breaks, and the one fault that it takes', async () => {
    const { seed, faults, violation, message } = await failureOf(fragile, { faults: CRASHES });
    expect(violation.invariant).toBe('no program errs');
    expect(faults).toEqual([
      { kind: 'crash', at: expect.any(Number), lasts: expect.any(Number), host: 'server', how: 'reset' },
    ]);
    expect(message).toContain(`seed ${seed}: at ${violation.at} ms it does not hold that no program errs`);
    expect(message).toMatch(/ERR_CONNECTION_(?:RESET|REFUSED)/u);
    expect(message).toContain('  crash of server, reset\n');
    expect(message).toContain('■ crash, reset');
    expect(message).toContain(`══ ✗ no program errs ═`);
    expect(message).toContain(`RXJS_NET_SEED=${seed}`);
  });

  it('tells how to replay it, and replaying gives the same trace to the byte', async () => {
    const found = await failureOf(fragile, { faults: CRASHES });
    expect(found.message).toContain(`await replay(scenario, {
    seed: ${found.seed},
    faults: [
      { kind: 'crash', at: ${String(found.faults[0]?.at)}, lasts: `);
    const { seed, faults } = found;
    const again: unknown = await replay(fragile, { ...SHORT, seed, faults }).catch((error: unknown) => error);
    if (!(again instanceof ExplorationError)) throw again;
    expect(again.trace.toString()).toBe(found.trace.toString());
    expect(again.violation.at).toBe(found.violation.at);
  });

  it('finds the same twice', async () => {
    const [one, other] = [await failureOf(fragile), await failureOf(fragile)];
    expect(one.message).toBe(other.message);
    expect(one.trace.toString()).toBe(other.trace.toString());
  });

  it('runs one seed alone when the environment names it, and shows the whole trace', async () => {
    const found = await failureOf(fragile, { faults: CRASHES });
    process.env['RXJS_NET_SEED'] = String(found.seed);
    const alone = await failureOf(fragile, { faults: CRASHES });
    expect(alone.seed).toBe(found.seed);
    expect(alone.message).toContain('\nThe trace:\n');
    expect(alone.message).toContain('0.000  ├─ SYN');
    process.env['RXJS_NET_SEED'] = '123';
    expect((await explore(sturdy, { ...SHORT, seeds: 5 })).runs).toBe(1);
    process.env['RXJS_NET_SEED'] = 'seven';
    await expect(explore(sturdy, SHORT)).rejects.toThrow('a seed is NaN');
    process.env['RXJS_NET_SEED'] = '';
    expect((await explore(sturdy, { ...SHORT, seeds: 3 })).runs).toBe(3);
  });

  it('finds what no fault is needed for', async () => {
    const scenario: Scenario = (network) => {
      network.host('a');
      network.host('b');
      return { eventually: { 'one is two': () => false } };
    };
    const { faults, violation, message } = await failureOf(scenario);
    expect([faults, violation]).toEqual([[], { invariant: 'one is two', at: 20_000, error: undefined }]);
    expect(message).toContain('No fault is needed for it.');
    expect(message).toContain('faults: [],');
  });

  it('looks at what always holds each second, and when a fault begins or is healed', async () => {
    const moments: number[] = [];
    const scenario: Scenario = (network) => {
      network.host('a');
      return { always: { 'time passes': () => void moments.push(network.scheduler.now()) } };
    };
    const fault = { kind: 'backlogFull', at: 300, lasts: 900, host: 'a' } as const;
    await replay(scenario, { duration: 2000, quiet: 1500, seed: 1, faults: [fault] });
    expect(moments).toEqual([0, 300, 1000, 1200, 2000, 3000, 3500]);
  });

  it('takes what an invariant returns for good, unless it is false', async () => {
    const zero = (): boolean => 0 as unknown as boolean;
    const scenario: Scenario = () => ({
      always: { nothing: () => undefined, zero, 'the truth': () => true },
    });
    expect((await explore(scenario, { ...SHORT, seeds: 1 })).checks).toBeGreaterThan(3 * 20);
  });

  it('refuses a check that would say later whether it holds', async () => {
    const scenario = (() => ({
      eventually: { 'all are there': () => Promise.reject(new Error('3 are missing')) },
    })) as unknown as Scenario;
    await expect(explore(scenario, { ...SHORT, seeds: 1 })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: expect.stringContaining("'all are there' gives a Promise") as string,
    });
  });

  it('refuses what is no scenario, and what has to hold by another name', async () => {
    await expect(explore(undefined as unknown as Scenario)).rejects.toThrow('the scenario is no function');
    const misspelt = (() => ({ eventualy: { 'it is': () => false } })) as Scenario;
    await expect(explore(misspelt)).rejects.toThrow('the scenario returned eventualy');
  });

  it.each([undefined, null, 7])('refuses a scenario that returns %s', async (returned) => {
    const options = { ...SHORT, seeds: 1 };
    const scenario = (() => returned) as unknown as Scenario;
    await expect(explore(scenario, options)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
    const later = (() => Promise.resolve(returned)) as unknown as Scenario;
    await expect(explore(later, { ...options, promises: true })).rejects.toThrow(
      `the scenario returned ${String(returned)}`,
    );
  });

  it('hands on what an invariant throws', async () => {
    const thrown = new Error('3 are missing');
    const scenario: Scenario = () => ({
      always: {
        'all are there': () => {
          throw thrown;
        },
      },
    });
    const error = await failureOf(scenario);
    expect(error.cause).toBe(thrown);
    expect(error.violation).toEqual({ invariant: 'all are there', at: 0, error: thrown });
    expect(error.message).toContain('\n  Error: 3 are missing\n');
  });

  it('heals everything before it is quiet', async () => {
    const scenario: Scenario = (network) => {
      const host = network.host('a');
      return { eventually: { 'it is up': () => host.isUp } };
    };
    const tried = await explore(scenario, { ...SHORT, faults: ['crash'] });
    expect(tried.faults.crash).toBeGreaterThan(100);
  });

  it('finds what a subscriber throws, of which RxJS tells later, in real time', async () => {
    const before = config.onUnhandledError;
    const scenario: Scenario = ({ scheduler }) => {
      timer(100, scheduler).subscribe(() => {
        throw new Error('mine');
      });
      return {};
    };
    const { violation, message } = await failureOf(scenario);
    expect(violation).toEqual({ invariant: 'no subscriber errs', at: 20_000, error: new Error('mine') });
    expect(message).toContain('  Error: mine\n\nRxJS tells of it after the run;');
    expect(message).not.toContain('As well');
    expect(config.onUnhandledError).toBe(before);
  });

  it('tells what a subscriber threw before the invariant that broke in its wake', async () => {
    const scenario: Scenario = ({ scheduler }) => {
      let isDone = false;
      timer(100, scheduler).subscribe(() => {
        if (scheduler.now() > 0) throw new Error('mine');
        isDone = true;
      });
      return { eventually: { 'it is done': () => isDone } };
    };
    const { violation, message } = await failureOf(scenario);
    expect(violation).toMatchObject({ invariant: 'no subscriber errs', error: new Error('mine') });
    expect(violation.consequence).toEqual({ invariant: 'it is done', at: 20_000, error: undefined });
    expect(message).toContain(
      'As well, and likely in consequence: at 20000 ms it does not hold that it is done\n',
    );
  });

  it('gives Promises their turns, when it is told that there are any', async () => {
    const kept: number[] = [];
    const scenario: Scenario = async (network) => {
      await Promise.resolve();
      const server = network.host('server');
      server.run(() =>
        timer(500, network.scheduler).pipe(
          mergeMap(() => from(Promise.resolve().then(() => Promise.resolve(1)))),
          mergeMap((one) => timer(500, network.scheduler).pipe(map(() => one))),
          tap(() => kept.push(network.scheduler.now())),
        ),
      );
      return { eventually: { 'it was kept': () => kept.length > 0 } };
    };
    await explore(scenario, { ...SHORT, seeds: 1, promises: true, faults: [] });
    expect(kept).toEqual([1000]);
    await expect(explore(scenario, { ...SHORT, seeds: 1 })).rejects.toThrow('wants the option promises');
  });

  it('finds the same with Promises twice', async () => {
    const scenario: Scenario = async (network) => {
      await Promise.resolve();
      return fragile(network);
    };
    const options = { promises: true, faults: CRASHES };
    const [one, other] = [await failureOf(scenario, options), await failureOf(scenario, options)];
    expect(one.message).toBe(other.message);
    expect(one.faults).toHaveLength(1);
  });

  it('says so when a failure is not the same each time', async () => {
    let dice = 0;
    const scenario: Scenario = (network) => {
      dice += 1;
      network.host('a').note(`rolled ${dice}`);
      return { eventually: { 'dice are odd': () => false } };
    };
    const { message, faults } = await failureOf(scenario, { faults: ['backlogFull'] });
    expect(message).toContain('This run is not the same each time');
    expect(faults.length).toBeGreaterThan(0);
  });

  it('keeps to the bug that it has found, while it looks for simpler faults', async () => {
    const scenario: Scenario = (network) => {
      const host = network.host('a');
      let crashes = 0;
      host.run(() => of(crashes++));
      return {
        eventually: {
          'it has crashed at most once': () => crashes <= 2,
          'it has not crashed': () => crashes <= 1,
        },
      };
    };
    const options: ExploreOptions = { faults: ['crash'], maxFaultDuration: 10 };
    const first = await failureOf(scenario, { ...options, maxFaults: 1 });
    expect([first.violation.invariant, first.faults.length]).toEqual(['it has not crashed', 1]);
    const many = await failureOf(scenario, { ...options, seeds: [2] });
    expect([many.violation.invariant, many.faults.length]).toEqual(['it has crashed at most once', 2]);
  });

  it('keeps to the kind of error that it has found, while it looks for simpler faults', async () => {
    // A crash is enough for one error; the other takes a full backlog before it.
    const scenario: Scenario = (network) => {
      let starts = 0;
      network.host('a').run(() => {
        if (starts++ === 0) return NEVER;
        const isBoth = network.trace.toString().includes('backlog full');
        return throwError(() => (isBoth ? new RangeError('both') : new TypeError('one')));
      });
      return {};
    };
    const found: unknown[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const options: ExploreOptions = { ...SHORT, faults: ['crash', 'backlogFull'], seeds: [seed] };
      const error: unknown = await explore(scenario, options).catch((reason: unknown) => reason);
      if (error instanceof ExplorationError) found.push([String(error.cause), error.faults.length]);
    }
    expect(found).toContainEqual(['RangeError: both', 2]);
    expect(found).toContainEqual(['TypeError: one', 1]);
  });

  it('tells of its progress', async () => {
    const told: ExploreProgress[] = [];
    const progress = (news: ExploreProgress): unknown => told.push(news);
    await explore(sturdy, { seeds: new Set([7, 9]), progress, faults: CRASHES });
    expect(told.map(({ seed, done, of }) => [seed, done, of])).toEqual([
      [7, 1, 2],
      [9, 2, 2],
    ]);
    expect(told[0]?.faults.length).toBeGreaterThan(0);
  });

  it('keeps to the error that it has found, by what it says but for its numbers', async () => {
    const scenario: Scenario = (network) => {
      const [a, b] = [network.host('a'), network.host('b')];
      const fails = (text: string): Observable<never> => throwError(() => new Error(text));
      let starts = 0;
      a.run(() => (starts++ > 0 ? fails(`crashed at ${network.scheduler.now()}`) : NEVER));
      b.run(() => timer(15_000, network.scheduler).pipe(mergeMap(() => fails('always'))));
      return {};
    };
    const { faults, cause } = await failureOf(scenario, { faults: { ...CRASHES, crash: ['a'] } });
    expect(String(cause)).toMatch(/^Error: crashed at \d+$/u);
    expect(faults).toHaveLength(1);
  });

  it('finds what a finalizer throws, in a crash and at the end, and ends all others', async () => {
    const ended: string[] = [];
    const scenario: Scenario = (network) => {
      const host = network.host('a');
      host.run(() =>
        NEVER.pipe(
          finalize(() => {
            throw new Error('torn');
          }),
        ),
      );
      host.run(() => NEVER.pipe(finalize(() => ended.push('ended'))));
      return {};
    };
    for (const faults of [[], ['crash']] as const) {
      const { violation, message } = await failureOf(scenario, { faults, seeds: 1 });
      expect(violation.invariant).toBe('no program errs');
      expect(message).toContain('torn');
      expect(ended.splice(0)).toContain('ended');
    }
  });

  it('finds what a program errs with while the scenario is waited for', async () => {
    const failing: Scenario = async (network) => {
      network
        .host('a')
        .run(() => timer(50, network.scheduler).pipe(mergeMap(() => throwError(() => new Error('mine')))));
      await firstValueFrom(timer(100, network.scheduler));
      return {};
    };
    const { violation } = await failureOf(failing, { promises: true });
    expect(violation).toEqual({ invariant: 'no program errs', at: 50, error: new Error('mine') });
    const standing: Scenario = () => new Promise(() => undefined);
    await expect(explore(standing, { promises: true })).rejects.toThrow('nothing is left to happen');
  });

  it('counts the connections that came about', async () => {
    const scenario: Scenario = (network) => {
      const [client, server] = [network.host('client'), network.host('server')];
      server.run(() => server.transport({ port: 7000 }).listen());
      client.run(() =>
        client
          .transport({ connectTimeout: 500 })
          .connect('server:7000')
          .pipe(catchError(() => EMPTY)),
      );
      // The answer to the first is under way.
      network.scheduler.schedule(() => {
        network.partition(client, server);
      }, 1.5);
      return {};
    };
    expect((await explore(scenario, { ...SHORT, seeds: 1, faults: [] })).connections).toBe(0);
  });

  it('hands on what the scenario itself throws', async () => {
    const scenario: Scenario = () => {
      throw new TypeError('no scenario');
    };
    await expect(explore(scenario)).rejects.toThrow(new TypeError('no scenario'));
  });

  it.each<[ExploreOptions, string]>([
    [{ seeds: 0 }, 'seeds is 0'],
    [{ seeds: Infinity }, 'seeds is Infinity'],
    [{ seeds: [1.5] }, 'a seed is 1.5'],
    [{ seeds: [] }, 'seeds is empty'],
    [{ faults: ['partitoin' as 'partition'] }, 'faults names partitoin'],
    [{ faults: { cash: true } as ExploreOptions['faults'] }, 'faults names cash'],
    [{ duration: Infinity }, 'duration is Infinity'],
    [{ quiet: -1 }, 'quiet is -1'],
    [{ maxFaults: 0.5 }, 'maxFaults is 0.5'],
    [
      { faults: { crash: 'server' } as unknown as ExploreOptions['faults'] },
      "faults.crash is 'server'; it takes a list",
    ],
    [{ faults: { crash: ['nobody'] } }, 'faults.crash names nobody'],
    [{ network: { latency: -1 } }, 'latency is -1'],
  ])('refuses %j', async (options, message) => {
    await expect(explore(sturdy, options)).rejects.toThrow(message);
  });
});
