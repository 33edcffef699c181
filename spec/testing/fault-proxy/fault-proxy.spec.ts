import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, Subject } from 'rxjs';
import { openConnection, TransportError } from '../../../src/index.ts';
import type { FaultProxyOptions } from '../../../src/testing/fault-proxy/fault-proxy-options.ts';
import { faultProxy } from '../../../src/testing/fault-proxy/fault-proxy.ts';
import { afterThisSpec } from '../../cleanup.ts';
import { closeOf, dialRaw, drain, startRawServer, startServer } from '../../loopback.ts';
import { record, settled } from '../../wire.ts';
import { converse, endOf, eventually, heardBy, startProxy } from './running-proxy.ts';

const HOUR = 3_600_000;

describe('faultProxy without faults', () => {
  it('emits once it listens, on a port of its own for each subscription', async () => {
    const { endpoint } = await startRawServer();
    const [one, other] = [await startProxy({ to: endpoint }), await startProxy({ to: endpoint })];
    expect(one.proxy.endpoint).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(other.proxy.endpoint).not.toBe(one.proxy.endpoint);
  });

  it('passes bytes on, both ways, and counts them', async () => {
    const { client, server, between } = await converse();
    const [asked, answered] = [heardBy(server), heardBy(client)];
    client.write('a question');
    await eventually(() => asked.join('') === 'a question');
    server.write('an answer');
    await eventually(() => answered.join('') === 'an answer');
    await eventually(() => between.downstream.bytesPassed === 9);
    expect(between.state).toBe('open');
    expect(between.upstream).toMatchObject({
      bytesRead: 10,
      bytesPassed: 10,
      bytesInTransit: 0,
      ended: false,
    });
    expect(between.downstream).toMatchObject({
      bytesRead: 9,
      bytesPassed: 9,
      bytesInTransit: 0,
      ended: false,
    });
  });

  it('stands between Unix sockets as well', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fault-proxy-'));
    afterThisSpec(() => {
      rmSync(directory, { recursive: true });
    });
    const path = join(directory, 'server');
    const echo = createServer((socket) => socket.pipe(socket)).listen(path);
    afterThisSpec(() => echo.close());
    await once(echo, 'listening');
    const { proxy } = await startProxy({ listen: `unix:${join(directory, 'proxy')}`, to: `unix:${path}` });
    const client = await dialRaw(proxy.endpoint);
    client.end('there and back');
    expect((await drain(client)).toString()).toBe('there and back');
  });

  it('passes the FIN of the client on, and what the server says after it', async () => {
    const { client, server, between } = await converse();
    const answer = drain(client);
    client.end('a question');
    expect((await drain(server)).toString()).toBe('a question');
    expect(between.state).toBe('half-closed');
    server.end('an answer');
    expect((await answer).toString()).toBe('an answer');
    await firstValueFrom(between.closed);
    expect(between).toMatchObject({ state: 'closed', error: undefined });
  });

  it('passes the FIN of the server on, and what the client says after it', async () => {
    const { client, server } = await converse();
    const heard = drain(server);
    server.end('no more from here');
    expect((await drain(client)).toString()).toBe('no more from here');
    client.end('but from here');
    expect((await heard).toString()).toBe('but from here');
  });

  it('passes a reset on, either way', async () => {
    const { client, server, between, another } = await converse();
    client.resetAndDestroy();
    expect(await endOf(server)).toBe('RST');
    await firstValueFrom(between.closed);
    expect(between).toMatchObject({ state: 'lost', error: { code: 'ERR_CONNECTION_RESET' } });
    const next = await another();
    next.server.resetAndDestroy();
    expect(await endOf(next.client)).toBe('RST');
  });

  it('passes a reset on when the other direction has ended already', async () => {
    const { client, server, between } = await converse();
    server.end();
    expect(await endOf(client)).toBe('FIN');
    server.resetAndDestroy();
    // Nobody reads of that server any more: what is written to it tells.
    client.write('are you there?');
    await firstValueFrom(between.closed);
    expect(between).toMatchObject({ state: 'lost', error: { code: 'ERR_CONNECTION_RESET' } });
  });

  it('reads no faster than the other side takes, while the other way goes on', async () => {
    const { client, server, between } = await converse({ window: 128 * 1024 });
    const answered = heardBy(client);
    client.write(Buffer.alloc(64 * 1024 * 1024));
    for (let still = 0, round = 0, before = -1; still < 20; round += 1) {
      server.write(`tick ${round};`);
      await eventually(() => answered.join('').endsWith(`tick ${round};`));
      still = between.upstream.bytesRead === before ? still + 1 : 0;
      before = between.upstream.bytesRead;
    }
    expect(between.upstream.bytesInTransit).toBeLessThanOrEqual(192 * 1024);
    expect(between.upstream.bytesRead).toBeLessThan(32 * 1024 * 1024);
    let taken = 0;
    server.on('data', ({ length }: Buffer) => (taken += length)).resume();
    client.end();
    await once(server, 'end');
    expect(taken).toBe(64 * 1024 * 1024);
  });

  it('resets a client whose server cannot be dialled, tells why, and goes on', async () => {
    const { endpoint, netServer, accept } = await startRawServer();
    const { proxy } = await startProxy({ to: endpoint });
    netServer.close();
    await once(netServer, 'close');
    const accepted = firstValueFrom(proxy.connections);
    const client = await dialRaw(proxy.endpoint);
    expect((await closeOf(client)).error).toBe('ECONNRESET');
    const connection = await accepted;
    await firstValueFrom(connection.closed);
    expect(connection).toMatchObject({ state: 'lost', error: { code: 'ERR_CONNECTION_REFUSED' } });
    netServer.listen(Number(endpoint.split(':')[1]), '127.0.0.1');
    await once(netServer, 'listening');
    const again = await dialRaw(proxy.endpoint);
    again.write('here as well');
    const heard = heardBy(await accept());
    await eventually(() => heard.join('') === 'here as well');
  });

  it.each([
    ['a wrong endpoint', { to: 'nowhere' }, 'ERR_INVALID_ENDPOINT'],
    ['a wrong fault', { to: 'a:1', rate: 0 }, 'ERR_INVALID_OPTION'],
    ['a wrong seed', { to: 'a:1', seed: 0.5 }, 'ERR_INVALID_OPTION'],
    ['no options', undefined, 'ERR_INVALID_OPTION'],
    ['a server of TLS', { to: 'tls://a:1' }, 'ERR_UNSUPPORTED'],
    ['an address of another machine', { to: 'a:1', listen: '192.0.2.1:1' }, 'ERR_ADDRESS_NOT_AVAILABLE'],
  ])('errors with %s', async (_, options, code) => {
    await expect(firstValueFrom(faultProxy(options as FaultProxyOptions))).rejects.toMatchObject({ code });
  });
});

describe('faultProxy with faults', () => {
  it('keeps bytes and the FIN behind them for the latency', async () => {
    const { client, server, clock, between } = await converse({ latency: HOUR });
    const heard = heardBy(server);
    const end = endOf(server);
    client.end('late');
    await eventually(() => between.upstream.bytesInTransit === 4);
    // The FIN, of which nothing tells, is read soon after; time stands still meanwhile.
    await settled();
    clock.pass(HOUR - 1);
    await settled();
    expect(heard).toEqual([]);
    clock.pass(1);
    expect(await end).toBe('FIN');
    expect(heard).toEqual(['late']);
  });

  it('draws the jitter from the seed', async () => {
    const delays = async (seed: number): Promise<number[]> => {
      const { client, server, clock, between, stop, proxy } = await converse({
        latency: 100,
        jitter: 50,
        seed,
      });
      const heard = heardBy(server);
      const times: number[] = [];
      for (let count = 1; count <= 5; count += 1) {
        client.write('.');
        await eventually(() => between.upstream.bytesRead === count);
        const begin = clock.frame;
        for (let waited = 0; between.upstream.bytesInTransit > 0; waited += 1) {
          expect(waited).toBeLessThanOrEqual(150);
          clock.pass(1);
        }
        times.push(clock.frame - begin);
        await eventually(() => heard.join('').length === count);
      }
      proxy.reset();
      await stop();
      return times;
    };
    const [once, again, other] = [await delays(5), await delays(5), await delays(6)];
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    expect(Math.min(...once, ...other)).toBeGreaterThanOrEqual(50);
    expect(new Set(once).size).toBeGreaterThan(1);
  });

  it('passes on at the rate, each direction at its own', async () => {
    const { client, server, clock, between } = await converse({
      upstream: { rate: 1000 },
      downstream: { rate: 100 },
    });
    server.resume();
    client.resume();
    client.end(Buffer.alloc(500));
    server.end(Buffer.alloc(500));
    await eventually(() => between.upstream.bytesRead + between.downstream.bytesRead === 1000);
    for (let milliseconds = 0; milliseconds < 250; milliseconds += 1) {
      clock.pass(1);
      await settled();
    }
    expect(Math.abs(between.upstream.bytesPassed - 250)).toBeLessThanOrEqual(10);
    expect(Math.abs(between.downstream.bytesPassed - 25)).toBeLessThanOrEqual(1);
  });

  it('passes a FIN on when the rate has carried what was before it', async () => {
    const { client, server, clock, between } = await converse({ rate: 1000 });
    const end = jest.fn();
    server.on('end', end).resume();
    client.end(Buffer.alloc(5));
    await eventually(() => between.upstream.bytesPassed === 5);
    await settled();
    expect(end).not.toHaveBeenCalled();
    clock.pass(5);
    await eventually(() => end.mock.calls.length === 1);
  });

  it('writes pieces of the slice, and waits after each', async () => {
    const { client, server, clock, between } = await converse({ upstream: { slice: 3, sliceDelay: 10 } });
    const heard = heardBy(server);
    client.write('abcdefgh');
    for (const expected of ['abc', 'def', 'gh']) {
      await eventually(() => heard.at(-1) === expected);
      await settled();
      expect(heard.at(-1)).toBe(expected);
      clock.pass(10);
    }
    expect(heard).toEqual(['abc', 'def', 'gh']);
    expect(between.upstream.bytesPassed).toBe(8);
  });

  it('varies the slices by chance, around their size', async () => {
    const { client, server, clock } = await converse({
      upstream: { slice: 10, sliceVariation: 4, sliceDelay: 10 },
    });
    const heard = heardBy(server);
    client.write('.'.repeat(100));
    for (let slices = 1; heard.join('').length < 100; slices += 1) {
      await eventually(() => heard.length === slices);
      clock.pass(10);
    }
    const lengths = heard.slice(0, -1).map(({ length }) => length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(6);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(14);
    expect(new Set(lengths).size).toBeGreaterThan(1);
  });

  it('passes a FIN on later by the closeDelay', async () => {
    const { client, server, clock, between } = await converse({ closeDelay: HOUR });
    const heard = heardBy(server);
    const end = jest.fn();
    server.on('end', end);
    client.end('slow to leave');
    await eventually(() => heard.join('') === 'slow to leave');
    clock.pass(HOUR - 1);
    await settled();
    expect(end).not.toHaveBeenCalled();
    expect(between.state).toBe('open');
    clock.pass(1);
    await eventually(() => end.mock.calls.length === 1);
    expect(between.state).toBe('half-closed');
  });

  it('passes nothing on while it stalls, and afterwards all that was kept, and the FIN', async () => {
    const { client, server, proxy, between } = await converse({ upstream: { stall: true } });
    const heard = heardBy(server);
    const answered = heardBy(client);
    client.end('kept');
    server.write('the other way goes on');
    await eventually(() => answered.join('') === 'the other way goes on');
    expect(between.upstream).toMatchObject({ bytesInTransit: 4, bytesPassed: 0, ended: false });
    expect(heard).toEqual([]);
    const end = endOf(server);
    proxy.change({ stall: false });
    expect(await end).toBe('FIN');
    expect(heard).toEqual(['kept']);
  });

  it.each([0, HOUR])(
    'keeps a FIN with nothing before it as well, with a closeDelay of %d ms',
    async (closeDelay) => {
      const { client, server, proxy, clock, between } = await converse({ upstream: { closeDelay } });
      const end = jest.fn();
      server.on('end', end).resume();
      if (closeDelay === 0) proxy.change({ stall: true });
      client.end();
      await settled();
      // Within the delay, if there is one.
      proxy.change({ stall: true });
      clock.pass(closeDelay);
      await settled();
      expect(between.upstream.ended).toBe(false);
      proxy.change({ stall: false });
      await eventually(() => end.mock.calls.length === 1);
    },
  );

  it('stalls after exactly so many bytes, and holds the client when its window is full', async () => {
    const window = 64 * 1024;
    const { client, server, between, proxy } = await converse({ upstream: { stall: 100_000 }, window });
    let taken = 0;
    server.on('data', ({ length }: Buffer) => (taken += length)).resume();
    client.end(Buffer.alloc(16 * 1024 * 1024));
    await eventually(() => taken === 100_000 && between.upstream.bytesInTransit >= window / 2);
    await settled();
    expect(taken).toBe(100_000);
    expect(between.upstream.bytesInTransit).toBeLessThanOrEqual(window + 64 * 1024);
    proxy.change({ stall: Infinity });
    await once(server, 'end');
    expect(taken).toBe(16 * 1024 * 1024);
  });

  it('passes the reset of a side that it does not read from on once the window has room', async () => {
    const { client, server, between, proxy } = await converse({ upstream: { stall: true }, window: 100_000 });
    server.resume().on('error', () => undefined);
    client.write(Buffer.alloc(8 * 1024 * 1024));
    await eventually(() => between.upstream.bytesInTransit >= 100_000);
    client.resetAndDestroy();
    await settled();
    expect(between.state).toBe('open');
    proxy.change({ upstream: { stall: false } });
    await firstValueFrom(between.closed);
    expect(between).toMatchObject({ state: 'lost', error: { code: 'ERR_CONNECTION_RESET' } });
  });

  it('resets both sides after exactly so many bytes', async () => {
    // Peers of ours: Node may report a reset that comes behind bytes as an end.
    const { server, accept } = await startServer();
    const { proxy } = await startProxy({ to: server.endpoint, upstream: { resetAfter: 10 } });
    const accepted = firstValueFrom(proxy.connections);
    const client = await openConnection(proxy.endpoint);
    const between = await accepted;
    client.write('0123456789 and more');
    const [one, other] = [record(client.received), record((await accept()).received)];
    await firstValueFrom(between.closed);
    await eventually(() => one.log.length === 1 && other.log.at(-1) === 'ERR_CONNECTION_RESET');
    expect(one.log).toEqual(['ERR_CONNECTION_RESET']);
    expect(other.log.join(' ')).toBe('0123456789 ERR_CONNECTION_RESET');
    expect(between).toMatchObject({ state: 'lost', error: { code: 'ERR_ABORTED' } });
    expect(between.upstream.bytesPassed).toBe(10);
  });

  it('resets at once when the change comes after so many bytes', async () => {
    const { client, server, proxy } = await converse();
    const heard = heardBy(server);
    client.write('0123456789');
    await eventually(() => heard.join('') === '0123456789');
    proxy.change({ upstream: { resetAfter: 10 } });
    expect(await Promise.all([endOf(server), endOf(client)])).toEqual(['RST', 'RST']);
  });

  it('closes both sides after exactly so many bytes, and delivers what came the other way', async () => {
    const { client, server, between } = await converse({
      downstream: { closeAfter: 10 },
      upstream: { latency: HOUR },
    });
    const answered = heardBy(client);
    const asked = heardBy(server);
    client.write('still on its way');
    await eventually(() => between.upstream.bytesInTransit > 0);
    const ends = [endOf(server), endOf(client)];
    server.write('0123456789 and more');
    expect(await Promise.all(ends)).toEqual(['FIN', 'FIN']);
    expect([answered.join(''), asked.join('')]).toEqual(['0123456789', 'still on its way']);
    client.end();
    server.end();
    await firstValueFrom(between.closed);
    expect(between.state).toBe('closed');
  });

  it('closes with FIN after so many bytes, however many are behind them', async () => {
    const { client, server, between, proxy } = await converse({ upstream: { stall: true }, window: 100_000 });
    const ends = [endOf(server), endOf(client)];
    const asked = heardBy(server);
    client.end(Buffer.alloc(300_000, 'a'));
    await eventually(() => between.upstream.bytesInTransit >= 100_000);
    proxy.change({ upstream: { stall: false, closeAfter: 10 } });
    expect(await Promise.all(ends)).toEqual(['FIN', 'FIN']);
    expect(asked.join('')).toBe('a'.repeat(10));
    server.end();
  });

  it('resets each connection resetIn milliseconds after it came, or after the change', async () => {
    const { client, server, clock, proxy, another } = await converse({ resetIn: HOUR });
    const ends = [endOf(server), endOf(client)];
    clock.pass(HOUR - 1);
    const late = await another();
    // Another fault does not begin it anew.
    proxy.change({ latency: 0 });
    clock.pass(1);
    expect(await Promise.all(ends)).toEqual(['RST', 'RST']);
    expect(late.between.state).toBe('open');
    proxy.change({ resetIn: 2 * HOUR });
    clock.pass(2 * HOUR - 1);
    await settled();
    expect(late.between.state).toBe('open');
    clock.pass(1);
    expect(await endOf(late.client)).toBe('RST');
  });

  it('closes each connection closeIn milliseconds after it came, with a reset where bytes are kept back', async () => {
    const { client, clock, between, proxy, another } = await converse({ closeIn: HOUR });
    const kept = await another();
    proxy.change({ upstream: { stall: 0 } });
    kept.client.write('nobody gets this');
    await eventually(() => kept.between.upstream.bytesInTransit > 0);
    const [end, cut, cutToo] = [endOf(client), endOf(kept.client), endOf(kept.server)];
    clock.pass(HOUR);
    expect(await end).toBe('FIN');
    expect(between.error).toBeUndefined();
    expect([await cut, await cutToo]).toEqual(['RST', 'RST']);
  });

  it('spares the share that is to be spared, the same for the same seed', async () => {
    const faulty = async (seed: number): Promise<boolean[]> => {
      const { between, another, stop, proxy } = await converse({ share: 0.5, stall: true, seed });
      const all = [between];
      while (all.length < 12) all.push((await another()).between);
      proxy.reset();
      await stop();
      return all.map((connection) => connection.faulty);
    };
    const [first, again, other] = [await faulty(1), await faulty(1), await faulty(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([true, false]));
  });

  it('does nothing to a connection that is spared, but a partition and a reset', async () => {
    const { client, server, between, proxy } = await converse({ share: 0, stall: true });
    expect(between.faulty).toBe(false);
    const heard = heardBy(server);
    client.write('a');
    await eventually(() => heard.join('') === 'a');
    proxy.change({ latency: HOUR });
    proxy.partition();
    client.write('b');
    await settled();
    expect(heard.join('')).toBe('a');
    proxy.heal();
    await eventually(() => heard.join('') === 'ab');
    proxy.reset();
    expect(await endOf(client)).toBe('RST');
  });
});

describe('silence', () => {
  it('reads nothing, passes nothing on, and tells of no FIN, until it is over', async () => {
    const { client, server, proxy, between } = await converse();
    proxy.change({ upstream: { halfOpen: true } });
    const heard = heardBy(server);
    const end = jest.fn();
    server.on('end', end);
    client.end('hello?');
    await settled();
    expect(between.upstream).toMatchObject({ bytesRead: 0, bytesPassed: 0, ended: false });
    proxy.change({ upstream: { halfOpen: false } });
    await eventually(() => end.mock.calls.length === 1);
    expect(heard).toEqual(['hello?']);
  });

  it('passes on nothing that was on its way when it began', async () => {
    const { client, server, proxy, clock, between } = await converse({ latency: HOUR });
    const heard = heardBy(server);
    client.write('late');
    await eventually(() => between.upstream.bytesInTransit === 4);
    proxy.partition();
    clock.pass(HOUR);
    await settled();
    expect(between.upstream.bytesInTransit).toBe(4);
    proxy.heal();
    await eventually(() => heard.join('') === 'late');
  });

  it.each(['client', 'server'] as const)('tells of no reset of the %s until it is over', async (who) => {
    const conversation = await converse();
    const { proxy, between } = conversation;
    const [gone, left] = who === 'client' ? (['client', 'server'] as const) : (['server', 'client'] as const);
    proxy.partition();
    const ended = jest.fn();
    conversation[left].on('error', ended).on('end', ended).resume();
    conversation[gone].resetAndDestroy();
    // It can be written to, as if there were somebody.
    conversation[left].write('are you there?');
    await settled();
    await settled();
    expect(ended).not.toHaveBeenCalled();
    expect(between.state).toBe('open');
    proxy.heal();
    await eventually(() => ended.mock.calls.length === 1);
    expect(ended).toHaveBeenCalledWith(expect.objectContaining({ code: 'ECONNRESET' }));
  });

  it('is over when both sides were lost in it', async () => {
    const { client, server, proxy, between } = await converse();
    proxy.partition();
    client.resetAndDestroy();
    server.resetAndDestroy();
    await firstValueFrom(between.closed);
    expect(between).toMatchObject({ state: 'lost', error: { code: 'ERR_CONNECTION_RESET' } });
  });

  it('lets a reset pass that comes the other way', async () => {
    const { client, server, proxy } = await converse();
    proxy.change({ upstream: { halfOpen: true } });
    server.resetAndDestroy();
    expect(await endOf(client)).toBe('RST');
  });

  it('dials for nobody during a partition, and for who has come meanwhile after it', async () => {
    const server = await startRawServer();
    const { proxy } = await startProxy({ to: server.endpoint });
    const dialled = jest.fn();
    server.netServer.on('connection', dialled);
    proxy.partition();
    const client = await dialRaw(proxy.endpoint);
    await eventually(() => proxy.open.size === 1);
    client.write('hello');
    await settled();
    expect(dialled).not.toHaveBeenCalled();
    proxy.heal();
    const heard = heardBy(await server.accept());
    await eventually(() => heard.join('') === 'hello');
  });

  it('resets who has spoken into it, when it is closed, and ends who has not with FIN', async () => {
    const { client, server, proxy, another, stop } = await converse();
    const idle = await another();
    proxy.partition();
    const ends = [client, server, idle.client, idle.server].map((socket) => endOf(socket));
    await new Promise((resolve) => client.write('hello?', resolve));
    await settled();
    const stopped = stop();
    expect(await Promise.all(ends)).toEqual(['RST', 'RST', 'FIN', 'FIN']);
    idle.client.end();
    idle.server.end();
    await stopped;
  });

  it('resets whom no server was dialled for, when it is closed', async () => {
    const { endpoint } = await startRawServer();
    const { proxy, clock } = await startProxy({ to: endpoint, halfOpen: true, closeIn: 300 });
    const client = await dialRaw(proxy.endpoint);
    const end = endOf(client);
    client.write('hello?');
    await eventually(() => proxy.open.size === 1);
    clock.pass(300);
    expect(await end).toBe('RST');
  });

  it('leaves the faults as they were', async () => {
    const { client, server, proxy, between, clock } = await converse({ latency: HOUR });
    const heard = heardBy(server);
    proxy.partition();
    proxy.heal();
    client.write('late');
    await eventually(() => between.upstream.bytesInTransit === 4);
    clock.pass(HOUR);
    await eventually(() => heard.join('') === 'late');
  });
});

describe('a fault proxy that runs', () => {
  it('changes what is named, for those that are there and those to come', async () => {
    const { client, server, clock, proxy, between, another } = await converse({ latency: HOUR });
    proxy.change({ downstream: { latency: 0 } });
    const answered = heardBy(client);
    server.write('now');
    await eventually(() => answered.join('') === 'now');
    const next = await another();
    const nextAnswered = heardBy(next.client);
    next.server.write('now, too');
    await eventually(() => nextAnswered.join('') === 'now, too');
    client.write('later');
    await eventually(() => between.upstream.bytesInTransit === 5);
    const heard = heardBy(server);
    clock.pass(HOUR);
    await eventually(() => heard.join('') === 'later');
  });

  it('refuses a wrong change, and stays as it was', async () => {
    const { client, server, proxy } = await converse();
    expect(() => {
      proxy.change({ stall: true, latency: -1 });
    }).toThrow(TransportError);
    const heard = heardBy(server);
    client.write('as before');
    await eventually(() => heard.join('') === 'as before');
  });

  it('keeps a live set of its connections, in their order', async () => {
    const { proxy, between, another, client, server } = await converse();
    const next = await another();
    expect([...proxy.open]).toEqual([between, next.between]);
    client.end();
    server.end();
    await firstValueFrom(between.closed);
    expect([...proxy.open]).toEqual([next.between]);
  });

  it('resets all connections at once, and takes others', async () => {
    const { proxy, another, client, server } = await converse({ latency: HOUR });
    const next = await another();
    const ends = [client, server, next.client, next.server].map((socket) => endOf(socket));
    proxy.reset();
    expect(await Promise.all(ends)).toEqual(['RST', 'RST', 'RST', 'RST']);
    expect((await another()).between.state).toBe('open');
  });

  it('resets a single connection', async () => {
    const { another, between, client } = await converse();
    const next = await another();
    between.reset();
    expect(await endOf(client)).toBe('RST');
    expect(next.between.state).toBe('open');
  });

  it('sends what is in transit at once, and then FIN, when it is unsubscribed', async () => {
    const { client, server, between, stop } = await converse({ latency: HOUR, rate: 1 });
    const [asked, answered] = [drain(server), drain(client)];
    client.write('a question');
    server.write('an answer');
    await eventually(() => between.upstream.bytesInTransit + between.downstream.bytesInTransit === 19);
    const stopped = stop();
    expect((await asked).toString()).toBe('a question');
    expect((await answered).toString()).toBe('an answer');
    client.end();
    server.end();
    expect(await stopped).toMatchObject({ drained: 1, forced: 0, bytesDiscarded: 0 });
    expect(between.state).toBe('closed');
  });

  it('resets what it keeps bytes of back, when it is unsubscribed, so that nothing that is cut looks whole', async () => {
    const { client, server, between, stop } = await converse({ upstream: { stall: true } });
    client.write('a question');
    await eventually(() => between.upstream.bytesInTransit === 10);
    const ends = [endOf(client), endOf(server)];
    await stop();
    expect(await Promise.all(ends)).toEqual(['RST', 'RST']);
  });

  it.each(['closeIn', 'unsubscribe'])(
    'resets who has sent more than was read, by %s: no FIN behind a part',
    async (by) => {
      const { client, server, between, clock, stop } = await converse({
        upstream: { rate: 100_000 },
        window: 100_000,
        closeIn: by === 'closeIn' ? 5 : Infinity,
      });
      const ends = [endOf(client), endOf(server)];
      const heard = heardBy(server);
      client.end(Buffer.alloc(300_000));
      await eventually(() => heard.length > 0 && between.upstream.bytesInTransit >= 100_000);
      const stopped = by === 'closeIn' ? undefined : stop();
      clock.pass(5);
      expect(await Promise.all(ends)).toEqual(['RST', 'RST']);
      await stopped;
      expect(between.state).toBe('lost');
    },
  );

  it('resets where a resetAfter would cut what is in transit, when it is unsubscribed', async () => {
    const { client, server, between, stop } = await converse({ upstream: { latency: HOUR, resetAfter: 5 } });
    const ends = [endOf(client), endOf(server)];
    client.write('0123456789');
    await eventually(() => between.upstream.bytesInTransit === 10);
    await stop();
    expect(await Promise.all(ends)).toEqual(['RST', 'RST']);
  });

  it('drains when it is told to: takes nobody else, and completes with the last connection', async () => {
    const until = new Subject<void>();
    const { client, server, proxy, completed } = await converse({ until });
    until.next();
    const refused = connect(Number(proxy.endpoint.split(':')[1]), '127.0.0.1');
    afterThisSpec(() => refused.destroy());
    await once(refused, 'error');
    const heard = drain(server);
    client.end('last words');
    expect((await heard).toString()).toBe('last words');
    server.end();
    await completed;
    await firstValueFrom(proxy.closed);
  });

  it('sends what is in transit when the gracePeriod of a drain is over', async () => {
    const until = new Subject<void>();
    const { client, server, clock, between, completed } = await converse({
      until,
      latency: HOUR,
      gracePeriod: 10,
    });
    const heard = drain(server);
    client.write('last words');
    await eventually(() => between.upstream.bytesInTransit === 10);
    until.next();
    clock.pass(10);
    await completed;
    expect((await heard).toString()).toBe('last words');
  });

  it('leaves the port free, and no timer, three times in a row', async () => {
    const server = await startRawServer();
    const { proxy, stop } = await startProxy({ to: server.endpoint });
    await stop();
    for (let round = 0; round < 3; round += 1) {
      const again = await startProxy({
        to: server.endpoint,
        listen: proxy.endpoint,
        latency: 10,
        jitter: 5,
        resetIn: HOUR,
      });
      const client = await dialRaw(again.proxy.endpoint);
      const accepted = await server.accept();
      client.write('hello');
      await eventually(() => [...again.proxy.open].some(({ upstream }) => upstream.bytesInTransit > 0));
      const stopped = again.stop();
      client.end();
      accepted.resume().end();
      client.resume();
      await stopped;
      expect(again.clock.actions).toEqual([]);
    }
  });
});
