import { BehaviorSubject, Subject, Subscription, tap, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { holdWhile } from '../../src/index.ts';
import { record, settled, wire } from '../wire.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });

describe('holdWhile', () => {
  it('holds while busy is true, and lets go when the reading is over', () => {
    scheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const holds: string[] = [];
      const received = cold('  --a----b----|');
      const busy = hot('       f-t-t-f-t----', { t: true, f: false });
      const hold = (): Subscription => {
        holds.push('hold');
        return new Subscription(() => holds.push('release'));
      };
      expectObservable(holdWhile({ received, hold }, busy)).toBe('--a----b----|');
      expectSubscriptions(received.subscriptions).toBe('         ^-----------!');
      expectSubscriptions(busy.subscriptions).toBe('             ^-----------!');
      cold('-------------|').subscribe({
        complete: () => {
          expect(holds).toEqual(['hold', 'release', 'hold', 'release']);
        },
      });
    });
  });

  it('reads nothing while the other side is busy (rule 13)', async () => {
    const { connection, say } = wire();
    const busy = new Subject<boolean>();
    const { log } = record(holdWhile(connection, busy));
    busy.next(true);
    say('a');
    await settled();
    expect(log).toEqual([]);
    busy.next(false);
    await settled();
    expect(log).toEqual(['a']);
  });

  it('holds again when what comes at the release makes the other side busy (rule 13)', async () => {
    const { connection, say } = wire();
    const busy = new BehaviorSubject(true);
    const full = tap(() => {
      busy.next(true);
    });
    const { log } = record(holdWhile(connection, busy).pipe(full));
    for (const text of ['a', 'b', 'c']) say(text);
    await settled();
    for (const seen of ['', 'a', 'ab', 'abc']) {
      expect(log.join('')).toBe(seen);
      busy.next(false);
    }
    await settled();
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it('stops holding, and goes on, when busy fails or completes', async () => {
    for (const end of [
      (busy: Subject<boolean>) => {
        busy.complete();
      },
      (busy: Subject<boolean>) => {
        busy.error(new Error('mine'));
      },
    ]) {
      const { connection, say } = wire();
      const busy = new Subject<boolean>();
      const { log } = record(holdWhile(connection, busy));
      busy.next(true);
      say('a');
      await settled();
      end(busy);
      await settled();
      expect(log).toEqual(['a']);
    }
    const { connection, say } = wire();
    const { log } = record(
      holdWhile(
        connection,
        throwError(() => new Error('mine')),
      ),
    );
    say('b');
    await settled();
    expect(log).toEqual(['b']);
  });

  it('lets go of the connection when unsubscribed', async () => {
    const { connection, say } = wire();
    const busy = new Subject<boolean>();
    const held = record(holdWhile(connection, busy));
    busy.next(true);
    held.stop();
    const { log } = record(connection.received);
    say('a');
    await settled();
    expect([log, busy.observed]).toEqual([['a'], false]);
  });
});
