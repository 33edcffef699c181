import { firstValueFrom, mergeMap, NEVER, of, Subject, VirtualTimeScheduler } from 'rxjs';
import { bind, framed, lines, maxLifetime, serve, type Connection } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { dialRaw, drain, startServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

const HOUR = 3_600_000;

describe('maxLifetime', () => {
  it('drains a connection when its time is over: what is in flight is answered, and it closes (rules 3 and 18)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { server } = await startServer();
    const work = new Subject<string>();
    const asked: string[] = [];
    const { log } = record(
      server.connections.pipe(
        maxLifetime(10_000, { jitter: 0, scheduler }),
        framed(lines()),
        serve(({ received }) =>
          received.pipe(
            mergeMap((line) => {
              asked.push(line);
              return firstValueFrom(work);
            }),
          ),
        ),
        mergeMap(({ error, summary }) => of([error?.code, summary.bytesDiscarded])),
      ),
    );
    const peer = await dialRaw(server.endpoint);
    const heard = drain(peer);
    peer.write('question\n');
    while (asked.length === 0) await settled();
    scheduler.maxFrames = 9_999;
    scheduler.flush();
    await settled();
    scheduler.maxFrames = 10_000;
    scheduler.flush();
    work.next('answer');
    expect((await heard).toString()).toBe('answer\n');
    peer.end();
    while (log.length === 0) await settled();
    expect(log).toEqual(['[null,0]']);
  });

  it('closes gracefully after gracePeriod who does not follow', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { server } = await startServer();
    const seen: Connection[] = [];
    const drains: string[] = [];
    server.connections
      .pipe(maxLifetime(1_000, { gracePeriod: 500, jitter: 0, scheduler }))
      .subscribe((connection) => {
        seen.push(connection);
        connection.draining.subscribe({
          next: () => drains.push('drain'),
          complete: () => drains.push('complete'),
        });
        connection.write('still here');
      });
    const peer = await dialRaw(server.endpoint);
    const heard = drain(peer);
    while (seen.length === 0) await settled();
    scheduler.maxFrames = 1_499;
    scheduler.flush();
    await settled();
    expect([drains, peer.readableEnded]).toEqual([['drain', 'complete'], false]);
    scheduler.maxFrames = 1_500;
    scheduler.flush();
    expect((await heard).toString()).toBe('still here');
    peer.end();
    expect((await seen[0]?.close())?.error).toBeUndefined();
  });

  it('has a draining that completes with the connection, as every other has', async () => {
    const { server } = await startServer();
    const connecting = firstValueFrom(server.connections.pipe(maxLifetime(HOUR)));
    const peer = await dialRaw(server.endpoint);
    const connection = await connecting;
    const { log } = record(connection.draining);
    peer.end();
    await connection.close();
    await settled();
    expect(log).toEqual(['complete']);
  });

  it('leaves a tenth of an hour to chance unless it is told otherwise', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { server } = await startServer();
    const drained: number[] = [];
    const chances = [0, 0.5, 0.999];
    let connected = 0;
    server.connections
      .pipe(maxLifetime(undefined, { scheduler, random: () => chances[connected] ?? 0 }))
      .subscribe((connection) => {
        connected += 1;
        connection.draining.subscribe(() => drained.push(scheduler.now()));
      });
    await Promise.all(chances.map(() => dialRaw(server.endpoint)));
    while (connected < chances.length) await settled();
    scheduler.flush();
    expect(drained).toEqual([3_240_360, 3_420_000, 3_600_000]);
  });

  it('says that the server drains as well, and ends its watch with the connection (rule 5)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const until = new Subject<void>();
    const drains: string[] = [];
    const subscription = bind('127.0.0.1:0', { until, closeTimeout: 500 })
      .pipe(
        mergeMap((server) => {
          void dialRaw(server.endpoint).then((peer) => {
            peer.resume().on('end', () => peer.end());
          });
          return server.connections;
        }),
        maxLifetime(HOUR, { scheduler }),
      )
      .subscribe((connection) => {
        connection.draining.subscribe(() => {
          drains.push('drain');
          void connection.close();
        });
        until.next();
      });
    afterThisSpec(() => {
      subscription.unsubscribe();
    });
    while (!subscription.closed) await settled();
    expect(drains).toEqual(['drain']);
    expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
  });

  it('does nothing when it is Infinity, and refuses what is out of range', () => {
    const source = NEVER;
    expect(maxLifetime(Infinity)(source)).toBe(source);
    for (const make of [
      () => maxLifetime(-1),
      () => maxLifetime(1, { jitter: 1.5 }),
      () => maxLifetime(1, { jitter: Number.NaN }),
      () => maxLifetime(1, { gracePeriod: 0.5 }),
    ]) {
      expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
    }
  });
});
