import { filter, firstValueFrom, lastValueFrom, map, NEVER, Subject, toArray } from 'rxjs';
import { openConnection, serve, type Connection, type Server, type ServerStats } from '../../src/index.ts';
import { SimulatedNetwork, SimulationScheduler } from '../../src/testing/index.ts';
import { closeOf, dialRaw, startServer } from '../loopback.ts';
import { record } from '../wire.ts';

const NOTHING: ServerStats = {
  accepted: 0,
  open: 0,
  clean: 0,
  lost: {},
  refused: {},
  bytesRead: 0,
  bytesWritten: 0,
};

const now = (server: Server): Promise<ServerStats> => firstValueFrom(server.stats);

describe('Server.open', () => {
  it('tells the connections that are open: now, and after each change, and takes none from who serves them', async () => {
    const { server, accept, stop } = await startServer();
    const sets: ReadonlySet<Connection>[] = [];
    server.open.subscribe((open) => sets.push(open));
    const peer = await dialRaw(server.endpoint);
    const accepted = await accept();
    expect(sets.map((set) => [...set])).toEqual([[], [accepted]]);
    peer.destroy();
    accepted.received.subscribe();
    await firstValueFrom(accepted.closed);
    expect(sets.map(({ size }) => size)).toEqual([0, 1, 0]);
    await stop();
    expect(sets).toHaveLength(3);
  });

  it('gives a set that does not change any more, one for all who look', async () => {
    const { server, accept } = await startServer();
    await dialRaw(server.endpoint);
    const first = await accept();
    const before = await firstValueFrom(server.open);
    expect(await firstValueFrom(server.open)).toBe(before);
    await dialRaw(server.endpoint);
    const second = await accept();
    expect([...before]).toEqual([first]);
    expect([...(await firstValueFrom(server.open))]).toEqual([first, second]);
  });

  it('holds those that wait for a subscriber of connections', async () => {
    const { server } = await startServer();
    await dialRaw(server.endpoint);
    const waiting = await firstValueFrom(server.open.pipe(filter(({ size }) => size === 1)));
    expect([...waiting]).toEqual([await firstValueFrom(server.connections)]);
  });

  it('does not emit when only the counts have changed', async () => {
    const { server, accept } = await startServer({ maxConnections: 1 });
    await dialRaw(server.endpoint);
    await accept();
    const sizes: number[] = [];
    server.open.subscribe(({ size }) => sizes.push(size));
    const refused = firstValueFrom(server.refused);
    await dialRaw(server.endpoint);
    await refused;
    expect(sizes).toEqual([1]);
  });
});

describe('Server.stats', () => {
  it('counts who came, who ended cleanly, and the bytes of those that are open as well', async () => {
    const { server, stop } = await startServer();
    const served = lastValueFrom(
      server.connections.pipe(
        serve(({ received }) => received),
        toArray(),
      ),
    );
    expect(await now(server)).toEqual(NOTHING);
    const [first, second] = [await openConnection(server.endpoint), await openConnection(server.endpoint)];
    for (const connection of [first, second]) {
      connection.write('hello');
      await firstValueFrom(connection.received);
    }
    expect(await now(server)).toEqual({ ...NOTHING, accepted: 2, open: 2, bytesRead: 10, bytesWritten: 10 });
    await first.close();
    await firstValueFrom(server.stats.pipe(filter(({ clean }) => clean === 1)));
    const stopped = stop();
    await second.close();
    await stopped;
    expect(await served).toHaveLength(2);
    expect(await now(server)).toEqual({ ...NOTHING, accepted: 2, clean: 2, bytesRead: 10, bytesWritten: 10 });
  });

  it('counts by their codes who was lost and who was not let in', () => {
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler });
    const [host, client] = [network.host('server'), network.host('client')];
    const seen: ServerStats[] = [];
    host.run(() => {
      const binding = host.transport({ port: 7, maxConnections: 2 }).bind();
      return binding.pipe(
        map((server) => {
          server.stats.subscribe((stats) => seen.push(stats));
          server.connections.pipe(serve(() => NEVER)).subscribe();
        }),
      );
    });
    for (let n = 0; n < 4; n += 1) record(client.transport().connect('server:7'));
    scheduler.advance(100);
    expect(seen.at(-1)).toEqual({
      ...NOTHING,
      accepted: 2,
      open: 2,
      refused: { ERR_TOO_MANY_CONNECTIONS: 2 },
    });
    network.crash(client);
    scheduler.advance(100);
    expect(seen.at(-1)).toEqual({
      ...NOTHING,
      accepted: 2,
      lost: { ERR_CONNECTION_RESET: 2 },
      refused: { ERR_TOO_MANY_CONNECTIONS: 2 },
    });
    // Now, then after each of two that came, two that were refused, and two that were lost.
    expect(seen).toHaveLength(7);
  });

  it('completes with the server, and tells who comes later how it was', async () => {
    const until = new Subject<void>();
    const { server, accept } = await startServer({ until });
    const all = lastValueFrom(server.stats.pipe(toArray()));
    const sets = lastValueFrom(server.open.pipe(toArray()));
    const peer = await dialRaw(server.endpoint);
    const accepted = await accept();
    until.next();
    accepted.abort();
    await closeOf(peer);
    await firstValueFrom(server.closed);
    const last = (await all).at(-1);
    expect(last).toEqual({ ...NOTHING, accepted: 1, lost: { ERR_ABORTED: 1 } });
    expect((await sets).map(({ size }) => size)).toEqual([0, 1, 0]);
    expect(await lastValueFrom(server.stats.pipe(toArray()))).toEqual([last]);
    expect(await lastValueFrom(server.open.pipe(toArray()))).toEqual([new Set()]);
    expect(await firstValueFrom(server.closed)).toMatchObject({ lost: 1 });
  });

  it('looks at no connection while nobody subscribes', async () => {
    const { server, accept } = await startServer();
    await dialRaw(server.endpoint);
    const accepted = await accept();
    const totals = jest.spyOn(accepted as Connection & { totals(): unknown }, 'totals');
    await dialRaw(server.endpoint);
    await accept();
    expect(totals).not.toHaveBeenCalled();
    await now(server);
    expect(totals).toHaveBeenCalledTimes(1);
  });
});
