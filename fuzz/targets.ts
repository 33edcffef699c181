import { deserialize, serialize } from 'node:v8';
import {
  delimited,
  jsonLines,
  lengthPrefixed,
  lines,
  serialized,
  varintPrefixed,
  type Bytes,
  type Codec,
  type LengthPrefixedOptions,
} from '../src/index.ts';
import { netstrings } from '../spec/framing/netstrings.ts';
import { codecTarget } from './codec-target.ts';
import { proxyTarget } from './proxy-target.ts';
import type { Random } from './random.ts';
import type { Target } from './target.ts';

const LIMIT = 1024;
const FOUR_MIB = 4 * 1024 * 1024;
const LETTERS = ['a', 'b', ' ', '"', 'é', '€', '𝄞', '\t', '\r', '0', '\u2028', '\ufeff'] as const;

function bytes(random: Random): Buffer {
  return random.bytes(random.smallBelow(200));
}

function text(random: Random): string {
  const letters = Array.from({ length: random.smallBelow(120) }, () => random.pick(LETTERS)).join('');
  return `${letters}.`;
}

function latin(random: Random): string {
  return text(random).replaceAll(/[^\0-\xff]/gu, 'é');
}

function ascii(random: Random): string {
  return text(random).replaceAll(/[^\0-\x7f]/gu, 'e');
}

function value(random: Random, depth: number): unknown {
  const kind = random.below(depth > 0 ? 7 : 4);
  if (kind === 0) return null;
  if (kind === 1) return random.below(2) === 0;
  if (kind === 2) return random.below(1_000_000) - 500_000;
  if (kind === 3) return text(random).slice(0, 20);
  const parts = Array.from({ length: random.below(4) }, () => value(random, depth - 1));
  return kind < 6 ? parts : Object.fromEntries(parts.map((part, index) => [`key${index}`, part]));
}

function smallValue(random: Random): unknown {
  return value(random, 2);
}

/** A whole frame, whose length stands behind `offset` bytes. */
function frame(offset: number, width: number): (random: Random) => Buffer {
  return (random) => {
    const body = bytes(random);
    const whole = Buffer.concat([random.bytes(offset), Buffer.alloc(width), body]);
    whole.writeUIntBE(body.length, offset, width);
    return whole;
  };
}

function ofText(name: string, codec: Codec<unknown, string>, message: (random: Random) => string): Target {
  return codecTarget({ name, codec, limit: LIMIT, message });
}

/** Bytes without the first byte of the separator, so that it cannot stand in them. */
function separated(name: string, separator: string): Target {
  const codec = delimited(separator, { maxFrameLength: LIMIT });
  const message = (random: Random): Bytes =>
    Buffer.from(bytes(random).toString('latin1').replaceAll(separator.slice(0, 1), '.'));
  return codecTarget({ name: `delimited, ${name}`, codec, limit: LIMIT, message });
}

function prefixed(
  name: string,
  options: LengthPrefixedOptions,
  message: (random: Random) => Bytes = bytes,
  limit: number = LIMIT,
): Target {
  const codec = lengthPrefixed({ ...options, maxFrameLength: limit });
  return codecTarget({ name: `lengthPrefixed, ${name}`, codec, limit, message });
}

function ofValues(name: string, codec: Codec<unknown>): Target {
  return codecTarget({ name, codec, limit: LIMIT, message: smallValue });
}

const json = {
  encode: (message: unknown): Bytes => JSON.stringify(message),
  decode: (payload: Buffer): unknown => JSON.parse(payload.toString()),
};
// Node's own format: it throws at whatever it does not like, and has much not to like.
const structured = {
  encode: (message: unknown): Bytes => serialize(message),
  decode: (payload: Buffer): unknown => deserialize(payload),
};
const limited = { maxFrameLength: LIMIT };

/** Everything that decodes what a peer has sent. A new decoder is entered here. */
export const targets: readonly Target[] = [
  ofText('lines', lines(limited), text),
  ofText('lines, latin1, CR LF', lines({ ...limited, encoding: 'latin1', ending: '\r\n' }), latin),
  ofText(
    'lines, ascii, last one delivered',
    lines({ ...limited, encoding: 'ascii', unterminated: 'deliver' }),
    ascii,
  ),
  ofValues('jsonLines', jsonLines(limited)),
  separated('NUL', '\0'),
  separated('CR LF CR LF', '\r\n\r\n'),
  separated('aab', 'aab'),
  prefixed('4 bytes', {}),
  prefixed('1 byte', { bytes: 1 }),
  prefixed('2 bytes, little', { bytes: 2, endian: 'little' }),
  prefixed('3 bytes, counting itself', { bytes: 3, includesPrefix: true }),
  prefixed('8 bytes', { bytes: 8 }),
  prefixed('8 bytes, little', { bytes: 8, endian: 'little' }),
  prefixed('4 bytes behind an offset of 3, kept', { offset: 3 }, frame(3, 4)),
  prefixed('2 bytes, adjusted by -2', { bytes: 2, adjustment: -2 }),
  prefixed('frames of up to 4 MiB', {}, bytes, FOUR_MIB),
  codecTarget({ name: 'measured, netstrings', codec: netstrings(limited), limit: LIMIT, message: bytes }),
  codecTarget({ name: 'varintPrefixed', codec: varintPrefixed(limited), limit: LIMIT, message: bytes }),
  ofValues('serialized, JSON in frames', serialized(lengthPrefixed(limited), json)),
  ofValues('serialized, structured clones in varint frames', serialized(varintPrefixed(limited), structured)),
  proxyTarget(),
];
