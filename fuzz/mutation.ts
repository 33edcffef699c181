import type { Random } from './random.ts';

// What separators, line ends, lengths, numbers and characters are made of.
const TELLING = [
  0x00, 0x01, 0x02, 0x0a, 0x0d, 0x20, 0x22, 0x5b, 0x7b, 0x7f, 0x80, 0x8a, 0xc3, 0xe2, 0xfe, 0xff,
] as const;
const LONGEST = 16 * 1024;
const MOST_MUTATIONS = 4;

type Mutation = (stream: Buffer, random: Random, other: () => Buffer, limit: number) => Buffer;

const flipBits: Mutation = (stream, random) => {
  const mutated = Buffer.from(stream);
  for (let count = 1 + random.smallBelow(8); count > 0; count -= 1) {
    const at = random.below(stream.length);
    mutated[at] = (mutated[at] ?? 0) ^ (1 << random.below(8));
  }
  return mutated;
};

const setByte: Mutation = (stream, random) => {
  const mutated = Buffer.from(stream);
  mutated[random.below(stream.length)] = random.pick(TELLING);
  return mutated;
};

const truncate: Mutation = (stream, random) => stream.subarray(0, random.below(stream.length));

const cutOut: Mutation = (stream, random) => {
  const from = random.below(stream.length);
  return Buffer.concat([stream.subarray(0, from), stream.subarray(from + random.smallBelow(64))]);
};

const insert: Mutation = (stream, random) => {
  const at = random.below(stream.length + 1);
  return Buffer.concat([stream.subarray(0, at), random.bytes(random.smallBelow(32)), stream.subarray(at)]);
};

const duplicate: Mutation = (stream, random) => {
  const from = random.below(stream.length);
  const piece = stream.subarray(from, from + 1 + random.smallBelow(256));
  return Buffer.concat([stream.subarray(0, from), piece, stream.subarray(from)]);
};

const splice: Mutation = (stream, random, other) => {
  const tail = other();
  const to = random.below(tail.length + 1);
  return Buffer.concat([stream.subarray(0, random.below(stream.length + 1)), tail.subarray(to)]);
};

/** A number over some bytes, as a length field could stand there: as large as can be, or about the limit. */
const writeLength: Mutation = (stream, random, _other, limit) => {
  const bytes = random.pick([1, 2, 3, 4, 6] as const);
  if (stream.length < bytes) return stream;
  const most = 2 ** (8 * bytes) - 1;
  const value = random.pick([most, (most + 1) / 2, limit - 1, limit, limit + 1, limit + 4, 0] as const);
  const mutated = Buffer.from(stream);
  const at = random.below(stream.length - bytes + 1);
  if (random.below(2) === 0) mutated.writeUIntBE(Math.min(most, value), at, bytes);
  else mutated.writeUIntLE(Math.min(most, value), at, bytes);
  return mutated;
};

/** One byte again and again, for what waits for an end that does not come. */
const runOn: Mutation = (stream, random, _other, limit) => {
  const at = random.below(stream.length + 1);
  const length = Math.min(LONGEST, random.pick([limit - 1, limit, limit + 1, 2 * limit] as const));
  return Buffer.concat([
    stream.subarray(0, at),
    Buffer.alloc(length, random.pick(TELLING)),
    stream.subarray(at),
  ]);
};

const MUTATIONS = [
  flipBits,
  setByte,
  truncate,
  cutOut,
  insert,
  duplicate,
  splice,
  writeLength,
  runOn,
] as const;

/** A stream that was valid, damaged up to four times; now and then not at all, or nothing but noise. */
export function mutate(valid: () => Buffer, random: Random, limit: number): Buffer {
  if (random.below(16) === 0) return random.bytes(random.smallBelow(512));
  let stream = valid();
  for (let count = random.below(MOST_MUTATIONS + 1); count > 0 && stream.length > 0; count -= 1) {
    stream = random.pick(MUTATIONS)(stream, random, valid, limit).subarray(0, LONGEST);
  }
  return stream;
}

/** The same stream in pieces: single bytes, a few bytes, or many. */
export function cutAtRandom(stream: Buffer, random: Random): Buffer[] {
  const most = random.pick([1, 2, 7, 64, 1024] as const);
  // As many pieces as a stream of its length is worth.
  const least = Math.ceil(stream.length / 256);
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const length = Math.max(least, 1 + random.below(most));
    chunks.push(stream.subarray(at, at + length));
    at += length;
  }
  return chunks;
}
