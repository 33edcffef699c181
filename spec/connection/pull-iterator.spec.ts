import { concat, firstValueFrom, NEVER, of, Subscription, tap, throwError } from 'rxjs';
import { pullIterator } from '../../src/connection/pull-iterator.ts';
import { settled, wire } from '../wire.ts';

describe('for await over a connection', () => {
  it('reads each value when it is asked for, and ends at FIN', async () => {
    const { connection, say, fin } = wire();
    const seen: string[] = [];
    say('a');
    const reading = (async () => {
      for await (const chunk of connection) seen.push(chunk.toString());
    })();
    await settled();
    say('b');
    await settled();
    fin();
    await reading;
    expect(seen).toEqual(['a', 'b']);
  });

  it('reads nothing before the first pull, and a bounded amount between two (rules 6 and 13)', async () => {
    const { connection, say } = wire();
    const values = connection[Symbol.asyncIterator]();
    say('a');
    await settled();
    expect((await firstValueFrom(connection.traffic)).bytesRead).toBe(0);
    await values.next();
    for (let chunk = 0; chunk < 100; chunk += 1) say('x'.repeat(16 * 1024));
    await settled();
    expect((await firstValueFrom(connection.traffic)).bytesRead).toBe(1 + 256 * 1024);
  });

  it('takes one value for each pull, whatever has come in between (rule 13)', async () => {
    const { connection, say } = wire();
    let delivered = 0;
    const counted = {
      received: connection.received.pipe(
        tap(() => {
          delivered += 1;
        }),
      ),
      hold: () => connection.hold(),
    };
    const values = pullIterator(counted);
    say('a');
    await values.next();
    for (const text of ['b', 'c', 'd']) {
      say(text);
      await settled();
    }
    await values.next();
    await values.next();
    expect(delivered).toBe(3);
  });

  it('pauses when the loop is left, and the next reader goes on (rule 7)', async () => {
    const { connection, say, fin } = wire();
    say('a');
    for await (const chunk of connection) {
      expect(chunk.toString()).toBe('a');
      break;
    }
    say('b');
    fin();
    await settled();
    const rest: string[] = [];
    for await (const chunk of connection) rest.push(chunk.toString());
    expect(rest).toEqual(['b']);
  });

  it('rejects once with the error, and is done after that', async () => {
    const { connection, fail } = wire();
    const values = connection[Symbol.asyncIterator]();
    const first = values.next();
    const second = values.next();
    fail('ECONNRESET');
    await expect(first).rejects.toMatchObject({ code: 'ERR_CONNECTION_RESET' });
    expect([await second, await values.next()]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('answers every waiting pull in order', async () => {
    const { connection, say, fin } = wire();
    const values = connection[Symbol.asyncIterator]();
    const pulls = [values.next(), values.next(), values.next()];
    say('a');
    await settled();
    say('b');
    await settled();
    fin();
    const results = await Promise.all(pulls);
    expect(results.map(({ done, value }) => (done === true ? 'done' : value.toString()))).toEqual([
      'a',
      'b',
      'done',
    ]);
  });

  it('answers a pull that waits when the loop is left, without a subscriber left behind', async () => {
    const { connection } = wire();
    const values = connection[Symbol.asyncIterator]();
    const waiting = values.next();
    await values.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    const idle = connection[Symbol.asyncIterator]();
    expect(await idle.return?.()).toEqual({ done: true, value: undefined });
  });

  it('keeps what comes early from a connection that cannot be held back, falsy values too', async () => {
    const values = pullIterator({
      received: of<unknown[]>(0, undefined, ''),
      hold: () => new Subscription(),
    });
    const results = [await values.next(), await values.next(), await values.next(), await values.next()];
    expect(results.map(({ done, value }) => (done === true ? 'done' : value))).toEqual([
      0,
      undefined,
      '',
      'done',
    ]);
  });

  it('gives early values before the error', async () => {
    const received = concat(
      of('a'),
      throwError(() => new Error('lost')),
    );
    const values = pullIterator({ received, hold: () => new Subscription() });
    expect(await values.next()).toEqual({ done: false, value: 'a' });
    await expect(values.next()).rejects.toThrow('lost');
  });

  it('releases its hold when the loop is left', async () => {
    let holds = 0;
    const hold = (): Subscription => {
      holds += 1;
      return new Subscription(() => (holds -= 1));
    };
    const values = pullIterator({ received: concat(of('a'), NEVER), hold });
    await values.next();
    expect(holds).toBe(1);
    await values.return?.();
    expect(holds).toBe(0);
  });
});
