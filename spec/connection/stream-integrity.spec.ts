import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { firstValueFrom, NEVER } from 'rxjs';
import { readConnectionOptions } from '../../src/connection/connection-options.ts';
import { DuplexConnection } from '../../src/connection/duplex-connection.ts';
import { socketTraits, type StreamTraits } from '../../src/connection/stream-traits.ts';
import { framedConnection, lengthPrefixed } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';

const CONNECTIONS = 4;
const MESSAGES = 60_000;
const LARGE_EVERY = 997;
const BURST = 50;

/** The body of a message, told apart from every other one: who wrote it, which it is, and how long. */
function message(by: number, index: number): Buffer {
  const length = index % LARGE_EVERY === 0 ? 20_000 : 8 + ((index * 31 + by * 7) % 120);
  const body = Buffer.alloc(length, (by * 61 + index) & 0xff);
  body.writeUInt32LE(by, 0);
  body.writeUInt32LE(index, 4);
  return body;
}

/** The bytes that should come for it: every fourth message is written as bytes, with its prefix made by hand. */
function expected(by: number, index: number): Buffer {
  const body = message(by, index);
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

async function connected(): Promise<readonly [Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const ours = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  ours.pause();
  await once(ours, 'connect');
  const [peer] = await accepted;
  server.close();
  for (const socket of [ours, peer]) {
    socket.on('error', () => undefined);
    afterThisSpec(() => socket.destroy());
  }
  return [ours, peer];
}

/** Reads to the end and counts the messages that came as they should. Each sleep lets the queues of the kernel fill. */
async function rightMessages(peer: Socket, by: number): Promise<number> {
  const chunks: Buffer[] = [];
  peer.on('data', (chunk: Buffer) => chunks.push(chunk));
  peer.resume();
  await once(peer, 'end');
  const all = Buffer.concat(chunks);
  let right = 0;
  let at = 0;
  for (let index = 0; index < MESSAGES; index += 1) {
    const wanted = expected(by, index);
    if (all.compare(wanted, 0, wanted.length, at, at + wanted.length) === 0) right += 1;
    at += wanted.length;
  }
  return at === all.length ? right : -1;
}

/** Writes on all connections at once to peers that read nothing before all is written; so the kernel's queues are full. */
async function writeAll(traits: StreamTraits): Promise<{ right: number; stalled: number }> {
  const pairs = await Promise.all(Array.from({ length: CONNECTIONS }, connected));
  const settings = readConnectionOptions({ maxWriteBuffer: Infinity });
  let stalled = 0;
  const lines = pairs.map(([socket]) => {
    const profile = { settings, role: 'dialled', draining: NEVER, traits } as const;
    const bytes = new DuplexConnection(socket, 'here:1', 'there:2', profile);
    return { socket, bytes, messages: framedConnection(bytes, lengthPrefixed()) };
  });
  for (let index = 0; index < MESSAGES; index += 1) {
    lines.forEach(({ socket, bytes, messages }, by) => {
      if (index % 4 === 0) bytes.write(expected(by, index));
      else messages.write(message(by, index));
      if (socket.writableLength > 0) stalled += 1;
    });
    if (index % BURST === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const counts = pairs.map(([, peer], by) => rightMessages(peer, by));
  const closed = lines.map(({ bytes }) => {
    bytes.end();
    return firstValueFrom(bytes.closed);
  });
  const rights = await Promise.all(counts);
  await Promise.all(closed);
  return { right: rights.reduce((sum, right) => sum + right, 0), stalled };
}

describe('what many connections write to peers that are slow', () => {
  it('comes as it was written, each byte once and in order, with full queues in the kernel (rules 8 and 9)', async () => {
    const { right, stalled } = await writeAll(socketTraits);
    expect(right).toBe(CONNECTIONS * MESSAGES);
    // Otherwise this spec would not have seen what it is for.
    expect(stalled).toBeGreaterThan(1000);
  }, 60_000);

  it('would be corrupted, and this spec would see it, if a slab were used again before the kernel has it', async () => {
    const { right } = await writeAll({ ...socketTraits, allInKernel: () => true });
    expect(right).toBeLessThan(CONNECTIONS * MESSAGES);
  }, 60_000);
});
