import { firstValueFrom, switchMap, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { connect, idleTimeout, type CloseSummary, type Traffic, type Watchable } from '../../src/index.ts';
import { startRawServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

const HOUR = 3_600_000;
const moved: Traffic = { bytesRead: 1, bytesWritten: 0 };
const closed = {} as CloseSummary;

describe('idleTimeout', () => {
  it('aborts a connection on which nothing moved for the time, and only that one', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ cold, hot, expectObservable }) => {
      const aborted: string[] = [];
      const reasons: unknown[] = [];
      const connection = (name: string, traffic: string, closing: string): Watchable => ({
        remote: 'unix:',
        traffic: cold(traffic, { t: moved }),
        closed: cold(closing, { c: closed }),
        abort: (reason) => {
          reasons.push(reason);
          aborted.push(
            `${String(scheduler.now())} ${name} ${String(Reflect.get(Object(reason) as object, 'code'))}`,
          );
        },
      });
      const a = connection('a', 't-t-t----------', '-');
      const b = connection('b', 't-t-t-t-t-t-t-t', '--------------(c|)');
      const c = connection('c', 't--------------', '--(c|)');
      expectObservable(hot('abc', { a, b, c }).pipe(idleTimeout(5, scheduler)), '---------------!').toBe(
        'abc',
        { a, b, c },
      );
      scheduler.flush();
      expect(aborted).toEqual(['9 a ERR_IDLE_TIMEOUT']);
      expect(reasons[0]).toMatchObject({ phase: 'read', endpoint: 'unix:', detail: 'no traffic for 5 ms' });
    });
  });

  it.each([
    { direction: 'ahead', hours: 1 },
    { direction: 'back', hours: -1 },
  ])('does not care for a clock that is set $direction meanwhile', ({ hours }) => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ cold, flush }) => {
      let offset = 0;
      scheduler.now = () => scheduler.frame + offset;
      const aborted: number[] = [];
      const connection: Watchable = {
        remote: 'unix:',
        traffic: cold('t--t------------', { t: moved }),
        closed: cold('-'),
        abort: () => aborted.push(scheduler.frame),
      };
      // Set after the last byte has moved, and before the time would be over that the first one has begun.
      cold('----s').subscribe(() => (offset = hours * HOUR));
      cold('a', { a: connection }).pipe(idleTimeout(5, scheduler)).subscribe();
      flush();
      expect(aborted).toEqual([8]);
    });
  });

  it('lets an hour of silence pass in virtual time, on a real connection (rule 18)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { endpoint, accept } = await startRawServer();
    let opened = false;
    const { log } = record(
      connect(endpoint).pipe(
        idleTimeout(HOUR, scheduler),
        switchMap(({ received }) => {
          opened = true;
          return received;
        }),
      ),
    );
    const peer = await accept();
    while (!opened) await settled();
    scheduler.maxFrames = HOUR - 1;
    scheduler.flush();
    peer.write('a sign of life');
    while (log.length === 0) await settled();
    scheduler.maxFrames = 2 * HOUR - 2;
    scheduler.flush();
    expect(log).toEqual(['a sign of life']);
    scheduler.maxFrames = 2 * HOUR;
    scheduler.flush();
    while (log.length === 1) await settled();
    expect(log).toEqual(['a sign of life', 'ERR_IDLE_TIMEOUT']);
  });

  it('does nothing when it is Infinity, and refuses what is no time', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { endpoint, accept } = await startRawServer();
    const connecting = firstValueFrom(connect(endpoint).pipe(idleTimeout(Infinity, scheduler)));
    (await accept()).end();
    await connecting;
    expect(scheduler.actions).toEqual([]);
    expect(() => idleTimeout(-1)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        detail: expect.stringContaining('idleTimeout is -1'),
      }),
    );
  });
});
