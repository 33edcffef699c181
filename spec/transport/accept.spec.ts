import { connect as connectSocket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  BehaviorSubject,
  endWith,
  filter,
  firstValueFrom,
  last,
  map,
  merge,
  NEVER,
  Observable,
  Subject,
  take,
  throwError,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import {
  denyAddresses,
  limitConnectionsPerAddress,
  TransportError,
  type Admission,
  type Arrival,
  type Connection,
} from '../../src/index.ts';
import { certificates } from '../certificates.ts';
import { afterThisSpec } from '../cleanup.ts';
import { closeOf, dialRaw, drain, startServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

describe('accept', () => {
  it('is told both ends and how many are there, and lets in or refuses before anything is read (rule 6)', async () => {
    const arrivals: Arrival[] = [];
    const answers = [true, false, true];
    const started = await startServer({
      accept: (arrival) => answers[arrivals.push(arrival) - 1] === true,
      closeTimeout: 10,
    });
    const { server } = started;
    const refusal = firstValueFrom(server.refused);
    const first = await dialRaw(server.endpoint);
    first.write('read after the decision');
    const connection = await started.accept();
    const second = await dialRaw(server.endpoint);
    await drain(second);
    expect(await refusal).toMatchObject({
      remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/u) as string,
      error: { code: 'ERR_NOT_ACCEPTED', phase: 'accept', endpoint: server.endpoint },
    });
    await dialRaw(server.endpoint);
    await started.accept();
    expect(arrivals).toEqual([
      { local: server.endpoint, remote: connection.remote, connections: 0, connectionsFromAddress: 0 },
      expect.objectContaining({ connections: 1, connectionsFromAddress: 1 }),
      // The one that was refused is gone.
      expect.objectContaining({ connections: 1, connectionsFromAddress: 1 }),
    ]);
    expect(String(await firstValueFrom(connection.received))).toBe('read after the decision');
    expect(await started.stop()).toMatchObject({ refused: 1 });
  });

  it('is asked before a TLS handshake', async () => {
    const identity = await certificates();
    const { server } = await startServer({ tls: { secureContext: identity.server }, accept: () => false });
    const refusal = firstValueFrom(server.refused);
    const socket = connectTls({ port: Number(server.endpoint.split(':').at(-1)), host: '127.0.0.1' });
    socket.on('error', () => undefined);
    afterThisSpec(() => socket.destroy());
    expect((await refusal).error.code).toBe('ERR_NOT_ACCEPTED');
  });

  it('may take its time, and what comes meanwhile is kept', async () => {
    const decision = new Subject<boolean>();
    const { server, accept } = await startServer({ accept: () => decision });
    const connection = accept();
    const peer = await dialRaw(server.endpoint);
    peer.end('early');
    await settled();
    decision.next(true);
    expect(String(await firstValueFrom((await connection).received))).toBe('early');
    expect(decision.observed).toBe(false);
  });

  it.each<[string, Admission, unknown]>([
    [
      'errs',
      () => throwError(() => new Error('no database')),
      { detail: 'no database', cause: expect.any(Error) as Error },
    ],
    [
      'throws',
      () => {
        throw new TypeError('a mistake');
      },
      { detail: 'a mistake' },
    ],
    ['completes without an answer', () => [], { detail: 'accept said no' }],
    ['gives what is no answer', () => 1 as unknown as boolean, {}],
  ])('refuses when it %s, and the next one is asked anew (rule 15)', async (_, failing, expected) => {
    let asked = 0;
    const started = await startServer({
      accept: (arrival) => (asked++ === 0 ? failing(arrival) : true),
    });
    const refusal = firstValueFrom(started.server.refused);
    await drain(await dialRaw(started.server.endpoint));
    expect((await refusal).error).toMatchObject({ code: 'ERR_NOT_ACCEPTED', ...(expected as object) });
    const next = started.accept();
    await dialRaw(started.server.endpoint);
    await next;
  });

  it('reports a TransportError of its own as it is', async () => {
    const error = new TransportError('ERR_TOO_MANY_CONNECTIONS', { phase: 'accept' });
    const { server } = await startServer({ accept: () => throwError(() => error) });
    const refusal = firstValueFrom(server.refused);
    await dialRaw(server.endpoint);
    expect((await refusal).error).toBe(error);
  });

  it('that never answers refuses at the deadline, on the scheduler (rule 18)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const asked = new Subject<void>();
    const { server } = await startServer({
      scheduler,
      handshakeTimeout: 7_000,
      accept: () => {
        asked.next();
        return NEVER;
      },
    });
    const refusal = firstValueFrom(server.refused);
    const begun = firstValueFrom(asked);
    const peer = await dialRaw(server.endpoint);
    await begun;
    await settled();
    scheduler.maxFrames = 7_000;
    scheduler.flush();
    expect((await refusal).error).toMatchObject({
      code: 'ERR_NOT_ACCEPTED',
      detail: 'accept took over 7000 ms',
    });
    await drain(peer);
  });

  it('is unsubscribed when the server stops, and who waits for it is let go (rules 2 and 5)', async () => {
    const asked = new Subject<void>();
    let unsubscribed = false;
    const { server, stop } = await startServer({
      accept: () =>
        new Observable((subscriber) => {
          subscriber.add(() => {
            unsubscribed = true;
          });
          asked.next();
        }),
    });
    const begun = firstValueFrom(asked);
    const peer = await dialRaw(server.endpoint);
    await begun;
    const end = drain(peer);
    const refusal = firstValueFrom(server.refused);
    expect(await stop()).toMatchObject({ refused: 1 });
    expect((await refusal).error).toMatchObject({
      code: 'ERR_NOT_ACCEPTED',
      detail: 'the server stopped accepting',
    });
    await end;
    expect(unsubscribed).toBe(true);
  });

  it.each<[string, Admission]>([
    ['a list', denyAddresses(['127.0.0.0/8'])],
    ['everybody', () => true],
  ])('lets nobody in who has reset before he could be asked who he is: accept is %s', async (_, accept) => {
    const { server } = await startServer({ accept });
    const asked = merge(
      server.connections.pipe(map(({ remote }) => remote)),
      server.refused.pipe(map(({ error }) => error.code)),
    );
    const outcomes = firstValueFrom(asked.pipe(take(20), toArray()));
    for (let count = 0; count < 20; count += 1) {
      const socket = connectSocket({ port: Number(server.endpoint.split(':').at(-1)), host: '127.0.0.1' });
      socket
        .on('error', () => undefined)
        .once('connect', () => {
          socket.write('DELETE everything');
          socket.resetAndDestroy();
        });
    }
    expect(await outcomes).not.toContain('unknown:0');
  });

  it.each(['yes', true, null, 1])(
    'is a function, and %p is refused before anything is bound',
    async (accept) => {
      await expect(startServer({ accept: accept as unknown as Admission })).rejects.toMatchObject({
        code: 'ERR_INVALID_OPTION',
      });
    },
  );

  it('with limitConnectionsPerAddress lets the next one in when one has left', async () => {
    const { server, accept } = await startServer({ accept: limitConnectionsPerAddress(2) });
    const peers = [await dialRaw(server.endpoint), await dialRaw(server.endpoint)];
    const [first] = [await accept(), await accept()];
    const refusal = firstValueFrom(server.refused);
    await drain(await dialRaw(server.endpoint));
    expect((await refusal).error.code).toBe('ERR_NOT_ACCEPTED');
    peers[0]?.end();
    await first.close();
    await dialRaw(server.endpoint);
    await accept();
  });
});

describe('a server that is full, and lets those who come wait', () => {
  it('takes them in order when a tenth has left, and loses nothing that they have said (rules 8 and 14)', async () => {
    const { server, accept } = await startServer({ maxConnections: 10, whenFull: 'wait' });
    const inside = [];
    for (let count = 0; count < 10; count += 1) {
      const peer = await dialRaw(server.endpoint);
      inside.push({ peer, connection: await accept() });
    }
    const { log } = record(server.connections);
    const waiting = await dialRaw(server.endpoint);
    waiting.write('patience');
    const other = await dialRaw(server.endpoint);
    other.write('more patience');
    await settled();
    expect(log).toEqual([]);

    const taken = firstValueFrom(server.connections);
    inside[3]?.peer.end();
    await inside[3]?.connection.close();
    expect(String(await firstValueFrom((await taken).received))).toBe('patience');

    const next = firstValueFrom(server.connections);
    inside[4]?.peer.end();
    await inside[4]?.connection.close();
    expect(String(await firstValueFrom((await next).received))).toBe('more patience');
  });

  it('waits for room for many before it goes on, so that it does not flutter', async () => {
    const { server, accept } = await startServer({ maxConnections: 20, whenFull: 'wait' });
    const inside = [];
    for (let count = 0; count < 20; count += 1) {
      const peer = await dialRaw(server.endpoint);
      inside.push({ peer, connection: await accept() });
    }
    const { log } = record(server.connections);
    await dialRaw(server.endpoint);
    inside[0]?.peer.end();
    await inside[0]?.connection.close();
    await settled();
    expect(log).toEqual([]);
    const taken = firstValueFrom(server.connections);
    inside[1]?.peer.end();
    await inside[1]?.connection.close();
    await taken;
  });

  it('refuses who comes when backlog wait, and who waits when it stops', async () => {
    const { server, accept, stop } = await startServer({ maxConnections: 1, backlog: 1, whenFull: 'wait' });
    const refusals = firstValueFrom(server.refused.pipe(take(2), toArray()));
    const inside = await dialRaw(server.endpoint);
    await accept();
    const waits = await dialRaw(server.endpoint);
    await drain(await dialRaw(server.endpoint));
    const end = drain(waits);
    inside.end();
    expect(await stop()).toMatchObject({ refused: 2 });
    await end;
    expect((await refusals).map(({ error }) => [error.code, error.detail])).toEqual([
      ['ERR_TOO_MANY_CONNECTIONS', 'maxConnections are open, and backlog wait'],
      ['ERR_NOT_ACCEPTED', 'the server stopped accepting'],
    ]);
  });

  it('makes room for who comes when those who wait have left, and lets none of these in', async () => {
    const { server, accept } = await startServer({
      maxConnections: 1,
      backlog: 2,
      whenFull: 'wait',
      accept: denyAddresses([]),
    });
    const refusals = firstValueFrom(server.refused.pipe(take(2), toArray()));
    const inside = await dialRaw(server.endpoint);
    const first = await accept();
    const dead = [await dialRaw(server.endpoint), await dialRaw(server.endpoint)];
    for (const peer of dead) {
      peer.write('too late');
      peer.resetAndDestroy();
      await closeOf(peer);
    }
    const next = firstValueFrom(server.connections);
    const live = await dialRaw(server.endpoint);
    live.write('in time');
    expect((await refusals).map(({ error }) => error.code)).toEqual([
      'ERR_CONNECTION_RESET',
      'ERR_CONNECTION_RESET',
    ]);
    inside.end();
    await first.close();
    expect(String(await firstValueFrom((await next).received))).toBe('in time');
  });

  it('does not let in whose peer has left when it is his turn', async () => {
    const { server, accept } = await startServer({ maxConnections: 1, whenFull: 'wait' });
    const refusal = firstValueFrom(server.refused);
    const inside = await dialRaw(server.endpoint);
    const first = await accept();
    const { log } = record(server.connections);
    const dead = await dialRaw(server.endpoint);
    dead.write('too late');
    dead.resetAndDestroy();
    await closeOf(dead);
    inside.end();
    await first.close();
    expect(await refusal).toMatchObject({
      remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/u) as string,
      error: { code: 'ERR_CONNECTION_RESET' },
    });
    expect(log).toEqual([]);
  });

  it('goes on at the first that leaves where nobody may wait', async () => {
    const { server } = await startServer({ maxConnections: 20, backlog: 0, whenFull: 'wait' });
    const inside: Connection[] = [];
    const count = new BehaviorSubject(0);
    server.connections.subscribe((connection) => {
      inside.push(connection);
      count.next(inside.length);
    });
    const peers = await Promise.all(Array.from({ length: 20 }, () => dialRaw(server.endpoint)));
    await firstValueFrom(count.pipe(filter((number) => number === 20)));
    peers[0]?.end();
    // Which of them has that peer, is not said.
    const ended = merge(...inside.map((connection) => connection.received.pipe(endWith(connection), last())));
    const first = (await firstValueFrom(ended)) as Connection;
    await first.close();
    await dialRaw(server.endpoint);
    await firstValueFrom(count.pipe(filter((number) => number === 21)));
  });

  it('is a choice, and a value that is none is refused', async () => {
    const options = { whenFull: 'panic' as 'wait' };
    await expect(startServer(options)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
  });
});
