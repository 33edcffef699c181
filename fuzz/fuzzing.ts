import { isDeepStrictEqual } from 'node:util';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { Allocations } from './allocations.ts';
import { cutAtRandom, mutate } from './mutation.ts';
import { Random } from './random.ts';
import type { Decoded, Target } from './target.ts';

/** What came of a target. */
export interface Tally {
  streams: number;
  bytes: number;
  values: number;
  readonly codes: Record<string, number>;
  /** Milliseconds of the slowest decoding of one stream. */
  worst: number;
  /** Bytes of the largest piece that was allocated. */
  largest: number;
  /** Bytes by which the process has grown, at its largest. */
  growth: number;
  /** Why it failed, and the stream that shows it. */
  failure?: string;
}

// One in so many streams comes from fast-check, which is slow and shrinks what fails.
const ONE_OF_FAST_CHECK = 50;
// How often each stream is decoded in pieces, besides as a whole.
const CUTS = 2;
// Nothing here takes a millisecond; this much is a machine that was busy elsewhere.
const TOO_SLOW = 2_000;
const SAMPLE_EVERY = 512;
const MOST_GROWTH = 256 * 1024 * 1024;
// Of a stream that fails, pieces are taken away as long as it still does.
const SHRINKING = 5_000;

/** Decodes so many hostile streams; `before` is told of each, so that one that never ends can be named. */
export function fuzz(target: Target, seed: number, streams: number, before: (stream: Buffer) => void): Tally {
  const tally: Tally = { streams: 0, bytes: 0, values: 0, codes: {}, worst: 0, largest: 0, growth: 0 };
  const random = new Random(seed);
  const allocations = new Allocations();
  const start = process.memoryUsage.rss();
  const attempt = (stream: Buffer): void => {
    before(stream);
    decodeVariously(target, stream, random, tally, allocations);
    if (tally.streams % SAMPLE_EVERY !== 0) return;
    tally.growth = Math.max(tally.growth, process.memoryUsage.rss() - start);
    if (tally.growth > MOST_GROWTH) throw new Error(`the process has grown by ${tally.growth} bytes`);
  };
  const arbitrary = Math.floor(streams / ONE_OF_FAST_CHECK);
  try {
    const failure = byFastCheck(target, seed, arbitrary, attempt);
    if (failure !== undefined) return { ...tally, failure };
    const valid = (): Buffer => target.valid(random);
    while (tally.streams < streams) {
      const stream = mutate(valid, random, target.limit);
      try {
        attempt(stream);
      } catch (error) {
        return { ...tally, failure: report(target, stream, error) };
      }
    }
  } finally {
    allocations.stop();
  }
  tally.largest = allocations.largest;
  return tally;
}

/** Streams that were never valid: fast-check's own, of bytes that mean something and of any. */
function byFastCheck(
  target: Target,
  seed: number,
  runs: number,
  attempt: (stream: Buffer) => void,
): string | undefined {
  const telling = fc.constantFrom(0, 1, 2, 10, 13, 34, 44, 91, 93, 97, 98, 123, 125, 128, 255);
  const stream = fc
    .array(fc.oneof(telling, fc.nat(255)), { maxLength: 200, size: 'max' })
    .map((bytes) => Buffer.from(bytes));
  const details = fc.check(fc.property(stream, attempt), { numRuns: runs, seed });
  if (!details.failed) return undefined;
  return report(target, details.counterexample?.[0] ?? Buffer.alloc(0), details.errorInstance);
}

function decodeVariously(
  target: Target,
  stream: Buffer,
  random: Random,
  tally: Tally,
  allocations: Allocations,
): void {
  const measured = (chunks: readonly Buffer[]): Decoded => {
    allocations.begin();
    const begun = performance.now();
    const decoded = target.decode(chunks);
    const took = performance.now() - begun;
    tally.worst = Math.max(tally.worst, took);
    if (took > TOO_SLOW) throw new Error(`it took ${took} ms`);
    if (allocations.most > target.mostAllocated) {
      throw new Error(
        `it allocated ${allocations.most} bytes in one piece, and ${target.mostAllocated} are the most`,
      );
    }
    return decoded;
  };
  const whole = measured([stream]);
  tally.streams += 1;
  tally.bytes += stream.length;
  tally.values += whole.messages.length;
  const code = whole.code ?? 'no error';
  tally.codes[code] = (tally.codes[code] ?? 0) + 1;
  for (let cut = 0; cut < CUTS; cut += 1) requireSame(whole, measured(cutAtRandom(stream, random)));
}

/** However a stream is cut, what comes of it is the same. */
function requireSame(whole: Decoded, inPieces: Decoded): void {
  const same =
    whole.code === inPieces.code &&
    whole.messages.length === inPieces.messages.length &&
    whole.messages.every((message, index) => isSame(message, inPieces.messages[index]));
  if (same) return;
  const count = `${inPieces.messages.length} messages and ${inPieces.code ?? 'no error'}`;
  throw new Error(
    `whole: ${whole.messages.length} messages and ${whole.code ?? 'no error'}; in pieces: ${count}`,
  );
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === 'string') return one === other;
  if (Buffer.isBuffer(one)) return Buffer.isBuffer(other) && one.equals(other);
  // Node takes two invalid Dates for different (seen on Node 20.20); as bytes they are the same.
  return isDeepStrictEqual(one, other) || serialize(one).equals(serialize(other));
}

function report(target: Target, stream: Buffer, error: unknown): string {
  const small = shrink(target, stream);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${stack}\n  stream (hex): ${small.toString('hex')}\n  again: npm run test:fuzz -- --target '${target.name}' --hex ${small.toString('hex')}`;
}

/** Takes away halves, quarters and so on of a stream while what is left still fails. */
function shrink(target: Target, stream: Buffer): Buffer {
  const deadline = performance.now() + SHRINKING;
  let smallest = stream;
  for (
    let size = Math.ceil(stream.length / 2);
    size >= 1 && performance.now() < deadline;
    size = Math.floor(size / 2)
  ) {
    for (let at = 0; at < smallest.length && performance.now() < deadline;) {
      const less = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (failureOf(target, less) === undefined) at += size;
      else smallest = less;
    }
  }
  return smallest;
}

/** What is wrong with a stream, cut in some ways, each time the same. */
export function failureOf(target: Target, stream: Buffer): string | undefined {
  const tally: Tally = { streams: 0, bytes: 0, values: 0, codes: {}, worst: 0, largest: 0, growth: 0 };
  const allocations = new Allocations();
  try {
    for (let seed = 0; seed < 20; seed += 1) {
      decodeVariously(target, stream, new Random(seed), tally, allocations);
    }
  } catch (error) {
    return String(error);
  } finally {
    allocations.stop();
  }
  return undefined;
}
