import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { bufferCount, filter, firstValueFrom, interval, map, ReplaySubject, skip } from 'rxjs';
import { afterThisSpec } from '../cleanup.ts';
import { within } from '../examples/program.ts';
import { dialRaw, startRawServer } from '../loopback.ts';

const MIB = 1024 * 1024;
const MOST_GROWTH = 64 * MIB;
// The most that the kernel and Node keep of what one side has written and the other has not read, on loopback.
const ON_THE_WAY = 24 * MIB;
const MAX_WRITE_BUFFER = 16 * MIB;
const PREFIX = 4;
const PIECE = 256 * 1024;

interface Growth {
  readonly rss: number;
  readonly heap: number;
  readonly buffers: number;
}

interface Program {
  readonly endpoint: string;
  /** What it says next under this name. */
  hear(name: string): Promise<Record<string, unknown>>;
  /** From here on, its memory is watched. */
  baseline(): Promise<void>;
  /** How much its memory has grown at the most; it is printed, too. */
  growth(name: string, moved: number): Promise<Growth>;
}

/** A process of its own, of which the other side of every connection, which is here, takes no memory. */
async function start(kind: string, ...parameters: readonly (number | string)[]): Promise<Program> {
  const child = fork(join(__dirname, 'memory.program.ts'), [kind, ...parameters.map(String)], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const said = new ReplaySubject<Record<string, unknown>>();
  const heard = new Map<string, number>();
  child.on('message', (message) => {
    said.next(message as Record<string, unknown>);
  });
  child.once('close', (code, signal) => {
    said.error(new Error(`the program has ended: ${code ?? String(signal)}`));
  });
  afterThisSpec(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const hear = async (name: string): Promise<Record<string, unknown>> => {
    const before = heard.get(name) ?? 0;
    heard.set(name, before + 1);
    const next = said.pipe(
      filter((message) => name in message),
      skip(before),
      map((message) => message[name] as Record<string, unknown>),
    );
    return within(firstValueFrom(next), () => `the program does not say '${name}'`);
  };
  return {
    endpoint: (await hear('endpoint')) as unknown as string,
    hear,
    baseline: async () => {
      child.send('baseline');
      await hear('baseline');
    },
    growth: async (name, moved) => {
      child.send('growth');
      const growth = (await hear('growth')) as unknown as Growth;
      const [rss, heap, buffers] = [growth.rss, growth.heap, growth.buffers].map((bytes) =>
        (bytes / MIB).toFixed(1),
      );
      process.stdout.write(
        `memory: ${name}, moved ${(moved / MIB).toFixed(0)} MiB, RSS grew by ${rss} MiB (heap ${heap}, buffers ${buffers})\n`,
      );
      return growth;
    },
  };
}

/** Bytes that one side says over and over. */
interface Tune {
  readonly bytes: Buffer;
  readonly times: number;
}

const lengthOf = ({ bytes, times }: Tune): number => bytes.length * times;

/** A block, cut into messages with their length before them. */
function messagesOf(block: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < block.length; at += size) {
    const prefix = Buffer.alloc(PREFIX);
    prefix.writeUInt32BE(size);
    parts.push(prefix, block.subarray(at, at + size));
  }
  return Buffer.concat(parts);
}

interface Writing {
  /** Bytes that the kernel has taken. */
  readonly taken: () => number;
  /** All was taken, and the FIN sent. */
  readonly done: Promise<void>;
}

const blasting = new WeakSet<Socket>();

/** Writes as fast as the kernel takes it. */
function blast(socket: Socket, { bytes, times }: Tune): Writing {
  let taken = 0;
  const write = async (): Promise<void> => {
    for (let piece = 0; piece < times * Math.ceil(bytes.length / PIECE); piece += 1) {
      const from = (piece * PIECE) % (Math.ceil(bytes.length / PIECE) * PIECE);
      const part = bytes.subarray(from, from + PIECE);
      const hasRoom = socket.write(part, () => {
        taken += part.length;
      });
      if (!hasRoom) await once(socket, 'drain');
    }
    await new Promise<void>((resolve) => socket.end(resolve));
  };
  blasting.add(socket);
  const done = write();
  // Awaited later, if at all.
  done.catch(() => undefined);
  return { taken: () => taken, done };
}

/** Waits until nothing is taken any more for half a second, and says how much was until then. */
async function heldBack({ taken }: Writing): Promise<number> {
  const still = interval(50).pipe(
    map(taken),
    bufferCount(10, 1),
    filter((latest) => latest.every((bytes) => bytes === latest[0])),
  );
  await within(firstValueFrom(still), () => `a writer is never held back; ${taken()} bytes were taken`);
  return taken();
}

interface Reading {
  readonly bytes: () => number;
  /** Bytes until the FIN, and whether each was the right one. */
  readonly result: Promise<{ readonly bytes: number; readonly right: boolean }>;
}

/** Reads to the end, and stops for some milliseconds after each so many bytes. */
function read(socket: Socket, tune: Buffer, stopAfter = Infinity, pause = 0): Reading {
  let bytes = 0;
  let burst = 0;
  let right = true;
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length;) {
      const from = bytes % tune.length;
      const length = Math.min(chunk.length - at, tune.length - from);
      right &&= chunk.compare(tune, from, from + length, at, at + length) === 0;
      at += length;
      bytes += length;
    }
    burst += chunk.length;
    if (burst < stopAfter) return;
    burst = 0;
    socket.pause();
    setTimeout(() => socket.resume(), pause);
  });
  const result = new Promise<{ bytes: number; right: boolean }>((resolve, reject) => {
    socket.once('end', () => {
      // Who still writes ends by itself.
      if (!blasting.has(socket)) socket.end();
      resolve({ bytes, right });
    });
    socket.once('close', () => {
      reject(new Error(`the connection was lost after ${bytes} bytes`));
    });
  });
  result.catch(() => undefined);
  // An accepted socket is paused, and stays so when somebody listens.
  socket.resume();
  return { bytes: () => bytes, result };
}

/** The result of a reading, in bounded time. */
const resultOf = (reading: Reading): Reading['result'] =>
  within(reading.result, () => `no end; ${reading.bytes()} bytes came`, 30_000);

const CLEAN = { bytesDiscarded: 0, writesRefused: 0, error: 'none' };

describe('the memory of a process', () => {
  const block = randomBytes(MIB);

  it.each([
    ['echo', 'bytes', block, 1024],
    ['echo of messages', 'messages of 64 bytes', messagesOf(block, 64), 128],
  ])(
    'stays as it is when a peer blasts %3$s MiB at an %s and does not read the answers (rule 13)',
    async (kind, what, bytes, times) => {
      const program = await start(kind);
      const converse = async (tune: Tune, reads: 'at once' | 'when stuck'): Promise<void> => {
        const peer = await dialRaw(program.endpoint);
        const writing = blast(peer, tune);
        if (reads === 'when stuck') expect(await heldBack(writing)).toBeLessThan(ON_THE_WAY);
        expect(await resultOf(read(peer, tune.bytes))).toEqual({ bytes: lengthOf(tune), right: true });
        expect(await program.hear('closed')).toMatchObject({
          ...CLEAN,
          bytesRead: lengthOf(tune),
          bytesWritten: lengthOf(tune),
        });
      };
      await converse({ bytes, times: 4 }, 'at once');
      await program.baseline();
      await converse({ bytes, times }, 'when stuck');
      const { rss } = await program.growth(`echo of ${what}`, bytes.length * times);
      expect(rss).toBeLessThan(MOST_GROWTH);
    },
    60_000,
  );

  it('stays as it is when a handler takes a millisecond per message, 16 at a time (rule 13)', async () => {
    const SIZE = 4096;
    const program = await start('slow handler');
    const converse = async (count: number): Promise<number> => {
      const peer = await dialRaw(program.endpoint);
      const numbers = Array.from({ length: count }, (_, index) => {
        const number = Buffer.alloc(4);
        number.writeUInt32BE(index);
        return number;
      });
      const answers = messagesOf(Buffer.concat(numbers), 4);
      const all = messagesOf(Buffer.concat(numbers.map((number) => Buffer.concat([number], SIZE))), SIZE);
      const writing = blast(peer, { bytes: all, times: 1 });
      const reading = read(peer, answers);
      let ahead = 0;
      peer.on('data', () => {
        const unanswered = writing.taken() - (reading.bytes() / 8) * (PREFIX + SIZE);
        ahead = Math.max(ahead, unanswered);
      });
      expect(await resultOf(reading)).toEqual({ bytes: answers.length, right: true });
      await writing.done;
      expect(await program.hear('closed')).toMatchObject({
        ...CLEAN,
        bytesRead: all.length,
        taken: count,
        inOrder: true,
      });
      return ahead;
    };
    await converse(256);
    await program.baseline();
    expect(await converse(32_768)).toBeLessThan(ON_THE_WAY);
    const { rss } = await program.growth('slow handler', 32_768 * (PREFIX + SIZE));
    expect(rss).toBeLessThan(MOST_GROWTH);
  }, 60_000);

  it('stays as it is in a proxy whose sides write more than the other reads (rule 13)', async () => {
    const upstream = await startRawServer();
    const program = await start('proxy', upstream.endpoint);
    const converse = async (tune: Tune, reads: 'at once' | 'when stuck'): Promise<void> => {
      const client = await dialRaw(program.endpoint);
      const fast = blast(client, tune);
      const server = await within(upstream.accept(), () => 'the proxy does not dial');
      const slow = blast(server, tune);
      if (reads === 'when stuck') {
        const held = await Promise.all([heldBack(fast), heldBack(slow)]);
        expect(Math.max(...held)).toBeLessThan(2 * ON_THE_WAY);
      }
      const readings = [read(client, tune.bytes), read(server, tune.bytes, MIB, 4)];
      const whole = { bytes: lengthOf(tune), right: true };
      expect(await Promise.all(readings.map(resultOf))).toEqual([whole, whole]);
      expect(await program.hear('closed')).toMatchObject({ ...CLEAN, bytesRead: lengthOf(tune) });
    };
    await converse({ bytes: block, times: 4 }, 'at once');
    await program.baseline();
    await converse({ bytes: block, times: 256 }, 'when stuck');
    const { rss } = await program.growth('proxy', 2 * 256 * MIB);
    expect(rss).toBeLessThan(MOST_GROWTH);
  }, 60_000);

  it.each([
    [64, 1_500_000],
    [64 * 1024, 4096],
  ])(
    'stays as it is when a peer stops for 5 s to read messages of %i bytes, which are pulled (rules 10 and 13)',
    async (size, count) => {
      const tune = messagesOf(block, size);
      const request = messagesOf(block, block.length);
      const program = await start('pull', size, count);
      const peer = await dialRaw(program.endpoint);
      peer.write(request);
      await once(peer, 'readable');
      await program.baseline();
      await new Promise((resolve) => setTimeout(resolve, 5000));
      const bytes = count * (PREFIX + size);
      expect(await resultOf(read(peer, tune))).toEqual({ bytes, right: true });
      expect(await program.hear('closed')).toMatchObject({ ...CLEAN, bytesWritten: bytes });
      const { rss } = await program.growth(`pulled messages of ${size} bytes`, bytes);
      expect(rss).toBeLessThan(MOST_GROWTH);
    },
    60_000,
  );

  it.each([64, 4096, 64 * 1024])(
    'stays as it is when a source pushes messages of %i bytes at a peer that does not read (rules 10 and 13)',
    async (size) => {
      const program = await start('push', size);
      const peer = await dialRaw(program.endpoint);
      await program.baseline();
      peer.write(messagesOf(block, block.length));
      const { code, bytesWritten } = await program.hear('sent');
      const reading = read(peer, messagesOf(block, size));
      const { bytes, right } = await resultOf(reading);
      const closed = await program.hear('closed');
      const accepted = Number(closed['pushed']) * (PREFIX + size);
      expect([code, right, bytes]).toEqual(['ERR_WRITE_OVERFLOW', true, accepted]);
      expect(closed).toMatchObject({ ...CLEAN, stopped: true, bytesWritten: accepted });
      const waited = accepted - Number(bytesWritten);
      expect(waited).toBeLessThanOrEqual(MAX_WRITE_BUFFER);
      expect(waited).toBeGreaterThan(MAX_WRITE_BUFFER - PREFIX - size);
      const { rss, buffers } = await program.growth(`pushed messages of ${size} bytes`, accepted);
      expect(rss).toBeLessThan(MOST_GROWTH);
      // Memory that was asked for and not touched is not resident, and is not to be asked for all the same.
      expect(buffers).toBeLessThan(MOST_GROWTH);
    },
    60_000,
  );

  it('counts what was pushed at a peer that never reads, when the connection is given up (rule 11)', async () => {
    const program = await start('push', 64, 'abort');
    const peer = await dialRaw(program.endpoint);
    peer.write(messagesOf(block, block.length));
    const { code } = await program.hear('sent');
    const closed = await program.hear('closed');
    expect([code, closed['error'], closed['stopped']]).toEqual([
      'ERR_WRITE_OVERFLOW',
      'ERR_WRITE_OVERFLOW',
      true,
    ]);
    const accepted = Number(closed['pushed']) * (PREFIX + 64);
    expect(Number(closed['bytesWritten']) + Number(closed['bytesDiscarded'])).toBe(accepted);
  }, 60_000);
});
