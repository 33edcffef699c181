import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { filter, firstValueFrom, ignoreElements, NEVER } from 'rxjs';
import type { BindOptions, Connection } from '../../src/index.ts';
import { SimulationScheduler } from '../../src/testing/index.ts';
import { certificates, type Certificates } from '../certificates.ts';
import { afterThisSpec } from '../cleanup.ts';
import { closeOf, dialledWithPeer, dialRaw, startServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

let ours: Certificates;
beforeAll(async () => {
  ours = await certificates();
});

interface HalfOpen {
  readonly accepted: Connection;
  readonly peer: Socket;
  readonly socket: Socket;
  readonly scheduler: SimulationScheduler;
}

function unixEndpoint(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-half-open-'));
  afterThisSpec(() => {
    rmSync(directory, { recursive: true });
  });
  return `unix:${join(directory, 'socket')}`;
}

/** The stream that a peer speaks by, and the socket below it: the same but with TLS. */
async function dialPeer(endpoint: string): Promise<Pick<HalfOpen, 'peer' | 'socket'>> {
  const socket = await dialRaw(endpoint.replace('tls://', ''));
  if (!endpoint.startsWith('tls://')) return { peer: socket, socket };
  const peer = connectTls({ socket, ca: ours.ca, servername: 'localhost' });
  peer.on('error', () => undefined).allowHalfOpen = true;
  await once(peer, 'secureConnect');
  return { peer, socket };
}

/** A connection whose peer has sent FIN, and on which somebody sends who has nothing to say. */
async function halfOpen(medium: string, options: BindOptions = {}): Promise<HalfOpen> {
  const scheduler = new SimulationScheduler();
  const endpoint =
    medium === 'unix' ? unixEndpoint() : medium === 'tls' ? 'tls://127.0.0.1:0' : '127.0.0.1:0';
  const tls = medium === 'tls' ? { tls: { secureContext: ours.server } } : {};
  const { server, accept } = await startServer({ scheduler, ...tls, ...options }, endpoint);
  const accepting = accept();
  const [accepted, { peer, socket }] = await Promise.all([accepting, dialPeer(server.endpoint)]);
  record(accepted.send(NEVER));
  const ended = firstValueFrom(accepted.received.pipe(ignoreElements()), { defaultValue: 'ended' });
  peer.end('the last words');
  expect(await ended).toBe('ended');
  await settled();
  return { accepted, peer, socket, scheduler };
}

/** The RST is in the kernel of the other side at once, as both are this one. A Unix socket has none, and is closed. */
async function vanish(socket: Socket): Promise<void> {
  const closed = closeOf(socket);
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
  await closed;
}

describe('a half-open connection on which nothing is sent', () => {
  it.each(['tcp', 'unix', 'tls'])('over %s is lost soon after its peer is gone (rule 12)', async (medium) => {
    const { accepted, socket, scheduler } = await halfOpen(medium);
    const { log } = record(accepted.closed);
    await vanish(socket);
    await settled();
    expect(log).toEqual([]);
    scheduler.advance(30_000);
    expect((await firstValueFrom(accepted.closed)).error?.code).toBe('ERR_CONNECTION_RESET');
    expect(scheduler.next).toBeUndefined();
  });

  it.each(['tcp', 'unix', 'tls'])(
    'over %s stays while its peer is there, and asks it for nothing',
    async (medium) => {
      const { accepted, peer, scheduler } = await halfOpen(medium);
      const heard: Buffer[] = [];
      peer.on('data', (chunk: Buffer) => heard.push(chunk));
      const { bytesWritten } = await firstValueFrom(accepted.traffic);
      scheduler.advance(3_600_000);
      await settled();
      accepted.write('an answer after an hour');
      await once(peer, 'data');
      expect(String(Buffer.concat(heard))).toBe('an answer after an hour');
      expect(bytesWritten).toBe(0);
      const written = accepted.traffic.pipe(filter((traffic) => traffic.bytesWritten > 0));
      expect((await firstValueFrom(written)).bytesWritten).toBe(23);
    },
  );

  it('is asked as often as keepAliveInitialDelay says, and not without keepAlive', async () => {
    const [often, never] = [
      await halfOpen('tcp', { keepAliveInitialDelay: 5_000 }),
      await halfOpen('tcp', { keepAlive: false }),
    ];
    await Promise.all([vanish(often.socket), vanish(never.socket)]);
    expect([often.scheduler.next, never.scheduler.next]).toEqual([5_000, undefined]);
  });

  it('is asked once a second at the most', async () => {
    expect((await halfOpen('tcp', { keepAliveInitialDelay: 0 })).scheduler.next).toBe(1_000);
  });

  it('is lost, too, if it was dialled with allowHalfOpen (rule 12)', async () => {
    const scheduler = new SimulationScheduler();
    const [dialled, peer] = await dialledWithPeer({ scheduler, allowHalfOpen: true });
    const { log } = record(dialled.received);
    peer.end();
    for (let turns = 0; log.length === 0 && turns < 1_000; turns += 1) await settled();
    expect(log).toEqual(['complete']);
    await vanish(peer);
    scheduler.advance(30_000);
    expect((await firstValueFrom(dialled.closed)).error?.code).toBe('ERR_CONNECTION_RESET');
  });
});
