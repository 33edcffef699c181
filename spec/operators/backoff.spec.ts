import fc from 'fast-check';
import {
  concat,
  defer,
  EMPTY,
  NEVER,
  of,
  repeat,
  retry,
  switchMap,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { backoff, TransportError, type TransportErrorCode } from '../../src/index.ts';
import { record } from '../wire.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });

describe('backoff', () => {
  it('waits twice as long each time, up to the longest wait', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('#');
      const retried = source.pipe(retry({ count: 5, delay: backoff({ initial: 1, max: 4, jitter: 0 }) }));
      //                   waits 1, 2, 4, 4, 4
      expectObservable(retried).toBe('---------------#');
      expectSubscriptions(source.subscriptions).toBe([
        '(^!)',
        '-(^!)',
        '---(^!)',
        '-------(^!)',
        '-----------(^!)',
        '---------------(^!)',
      ]);
    });
  });

  it('begins anew after a connection that has held, and not after one that was dropped at once', () => {
    const clock = new VirtualTimeScheduler();
    const attempts: number[] = [];
    const lives = [0, 0, 5, 0, 5_000, 0, 0];
    const source = defer(() => {
      attempts.push(clock.now());
      const life = lives[attempts.length - 1];
      return life === undefined
        ? NEVER
        : concat(of('up'), timer(life, clock).pipe(switchMap(() => throwError(() => new Error('down')))));
    });
    record(
      source.pipe(retry({ delay: backoff({ initial: 10, jitter: 0, resetAfter: 1_000, scheduler: clock }) })),
    );
    clock.flush();
    const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0) - (lives[index] ?? 0));
    expect(waits).toEqual([10, 20, 40, 80, 10, 20, 40]);
  });

  it.each([
    ['a loss', new TransportError('ERR_CONNECTION_RESET', { phase: 'read' })],
    ['what is no error of ours', new Error('down')],
  ])('takes a connection for one that has held from resetAfter on, when it ends with %s', (_, failure) => {
    const clock = new VirtualTimeScheduler();
    const attempts: number[] = [];
    const lives = [0, 0, 999, 1_000, 0];
    const source = defer(() => {
      attempts.push(clock.now());
      return timer(lives[attempts.length - 1] ?? 0, clock).pipe(switchMap(() => throwError(() => failure)));
    });
    record(
      source.pipe(
        retry({
          count: lives.length,
          delay: backoff({ initial: 10, jitter: 0, resetAfter: 1_000, scheduler: clock }),
        }),
      ),
    );
    clock.flush();
    const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0) - (lives[index] ?? 0));
    expect(waits).toEqual([10, 20, 40, 10, 20]);
  });

  it('does not count a wait as a part of the life of the connection after it', () => {
    const clock = new VirtualTimeScheduler();
    const attempts: number[] = [];
    const source = defer(() => {
      attempts.push(clock.now());
      return throwError(() => new Error('down'));
    });
    record(
      source.pipe(
        retry({
          count: 3,
          delay: backoff({ initial: 2_000, jitter: 0, resetAfter: 1_000, scheduler: clock }),
        }),
      ),
    );
    clock.flush();
    expect(attempts).toEqual([0, 2_000, 6_000, 14_000]);
  });

  it('counts from the start for a new subscription, also after a connection that has held', () => {
    const clock = new VirtualTimeScheduler();
    const delay = backoff({ initial: 16, jitter: 0, resetAfter: 1_000, scheduler: clock });
    const wait = (count: number): number => {
      const from = clock.now();
      delay(new Error('down'), count).subscribe();
      clock.flush();
      return clock.now() - from;
    };
    expect([wait(1), wait(2), wait(3)]).toEqual([16, 32, 64]);
    clock.schedule(() => undefined, 5_000);
    clock.flush();
    expect([wait(4), wait(5)]).toEqual([16, 32]);
    expect([wait(1), wait(2)]).toEqual([16, 32]);
  });

  it.each([
    ['dial', 'ERR_CONNECT_TIMEOUT', 'connect'],
    ['handshake', 'ERR_HANDSHAKE_TIMEOUT', 'handshake'],
  ] as const)('does not take a %s that was slow to fail for a connection that has held', (_, code, phase) => {
    const clock = new VirtualTimeScheduler();
    const attempts: number[] = [];
    const failure = new TransportError(code, { phase });
    const source = defer(() => {
      attempts.push(clock.now());
      return timer(15_000, clock).pipe(switchMap(() => throwError(() => failure)));
    });
    record(source.pipe(retry({ count: 3, delay: backoff({ initial: 10, jitter: 0, scheduler: clock }) })));
    clock.flush();
    expect(attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0) - 15_000)).toEqual([10, 20, 40]);
  });

  it('waits as long as a timer can when it is told to wait for ever', () => {
    const clock = new VirtualTimeScheduler();
    backoff({ initial: Infinity, max: Infinity, scheduler: clock, jitter: 0 })(
      new Error('down'),
      1,
    ).subscribe();
    clock.flush();
    expect(clock.now()).toBe(2 ** 31 - 1);
  });

  it('counts from the start again for a new subscription', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const retried = cold('#').pipe(retry({ count: 2, delay: backoff({ initial: 1, jitter: 0 }) }));
      expectObservable(retried).toBe('---#');
      expectObservable(timer(10).pipe(switchMap(() => retried))).toBe('-------------#');
    });
  });

  it('serves repeat as well, which gives a count and no error', () => {
    scheduler().run(({ expectObservable }) => {
      expectObservable(of('a').pipe(repeat({ count: 3, delay: backoff({ initial: 2, jitter: 0 }) }))).toBe(
        'a-a---(a|)',
      );
    });
  });

  it('spreads a fleet over the whole wait, and never waits longer than max nor less than nothing', () => {
    const anyOptions = fc.record({
      initial: fc.nat(10_000),
      max: fc.nat(100_000),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        anyOptions,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 2000 }),
        (options, chance, count) => {
          const clock = new VirtualTimeScheduler();
          backoff({ ...options, scheduler: clock, random: () => chance })(
            new Error('down'),
            count,
          ).subscribe();
          clock.flush();
          expect(clock.now()).toBeGreaterThanOrEqual(0);
          expect(clock.now()).toBeLessThanOrEqual(options.max);
        },
      ),
    );
    const clock = new VirtualTimeScheduler();
    backoff({ initial: 1000, scheduler: clock, random: () => 0.75 })(new Error('down'), 1).subscribe();
    clock.flush();
    expect(clock.now()).toBe(250);
  });

  it.each<TransportErrorCode>(['ERR_INVALID_ENDPOINT', 'ERR_ABORTED', 'ERR_CLOSED', 'ERR_NOT_A_SOCKET'])(
    'passes %s on at once, because trying again cannot help',
    (code) => {
      const error = new TransportError(code, { phase: 'connect' });
      const { log } = record(throwError(() => error).pipe(retry({ delay: backoff() })));
      expect(log).toEqual([code]);
    },
  );

  it('asks retryable where the caller knows better', () => {
    const { log } = record(
      throwError(() => new Error('mine')).pipe(retry({ delay: backoff({ retryable: () => false }) })),
    );
    expect(log).toEqual(['Error: mine']);
  });

  it('asks retryable about errors, and not about what repeat counts', () => {
    scheduler().run(({ expectObservable }) => {
      const delay = backoff({ initial: 2, jitter: 0, retryable: () => false });
      expectObservable(of('a').pipe(repeat({ count: 2, delay }))).toBe('a-(a|)');
    });
  });

  it('waits on the clock of the platform by default', () => {
    const waiting = record(backoff()(new Error('down'), 1));
    waiting.stop();
    expect(waiting.log).toEqual([]);
    expect(record(EMPTY.pipe(repeat({ count: 1, delay: backoff() }))).log).toEqual(['complete']);
  });

  it.each([
    ['initial', -1],
    ['max', Number.NaN],
    ['factor', 0.5],
    ['factor', Number.NaN],
    ['factor', Infinity],
    ['jitter', 2],
    ['jitter', -0.1],
    ['resetAfter', 0.5],
  ])('refuses %s: %p, by name', (name, value) => {
    expect(() => backoff({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        phase: 'parse',
        detail: expect.stringContaining(`${name} is ${String(value)}`),
      }),
    );
  });
});
