import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { encoded } from '../../src/framing/buffer-sink.ts';
import { INCOMPLETE, type Codec, type Decoder } from '../../src/framing/codec.ts';
import { delimited } from '../../src/framing/delimited.ts';
import { jsonLines } from '../../src/framing/json-lines.ts';
import { lengthPrefixed } from '../../src/framing/length-prefixed.ts';
import { lines } from '../../src/framing/lines.ts';
import { serialized } from '../../src/framing/serialized.ts';
import { varintPrefixed } from '../../src/framing/varint-prefixed.ts';
import { caught, cut, decode, take, wired } from './decoding.ts';
import { netstrings } from './netstrings.ts';

// What separators, line ends, lengths and characters are made of; and anything.
const usual = [0, 1, 2, 3, 10, 13, 0x22, 0x31, 0x61, 0x62, 0x80, 0x8a, 0xa9, 0xac, 0xc3, 0xe2, 0xff];
const byte = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...usual) },
  { weight: 1, arbitrary: fc.nat(255) },
);
const bytes = (length: fc.ArrayConstraints): fc.Arbitrary<Buffer> =>
  fc.array(byte, length).map((values) => Buffer.from(values));

const anyBytes = fc.oneof(bytes({ maxLength: 12 }), bytes({ maxLength: 300 }));
const fewLetters = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\0'), maxLength: 12 });
const letters = fewLetters.map((value) => Buffer.from(value));
// Some longer than what is decoded at once.
const text = fc.oneof(
  { weight: 4, arbitrary: fewLetters },
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map((part) => part.repeat(150)) },
);
const latin1 = bytes({ maxLength: 20 }).map((value) => value.toString('latin1'));
const value = fc.jsonValue({ depthSize: 'small' });

/** Whole frames, whose length stands behind `offset` bytes, and counts what follows it. */
const framesOf = (offset: number, width: number): fc.Arbitrary<Buffer> =>
  fc
    .tuple(bytes({ minLength: offset, maxLength: offset }), bytes({ maxLength: 200 }))
    .map(([before, body]) => {
      const length = Buffer.alloc(width);
      length.writeUIntBE(body.length, 0, width);
      return Buffer.concat([before, length, body]);
    });

const json = {
  encode: (message: unknown): Buffer => Buffer.from(JSON.stringify(message)),
  decode: (frame: Buffer): unknown => JSON.parse(frame.toString()),
};

/** A codec, some messages to send with it as they go over the wire, and the same messages as they are to come out. */
interface Sample {
  readonly messages: string[];
  readonly frames: Buffer[];
}
interface Subject {
  readonly codec: Codec<unknown, never>;
  readonly samples: fc.Arbitrary<Sample>;
}

function subject<In, Out>(codec: Codec<In, Out>, messages: fc.Arbitrary<Out>): Subject {
  const encodable = messages.filter((each) => caught(() => encoded(codec.encode, each)) === undefined);
  const samples = fc.array(encodable, { maxLength: 12 }).map((all) => ({
    messages: all.map(shown),
    frames: all.map((message) => wired(codec, [message])),
  }));
  return { codec, samples };
}

/** What two messages are compared by. */
function shown(message: unknown): string {
  return Buffer.isBuffer(message) ? message.toString('hex') : `value ${JSON.stringify(message)}`;
}

const subjects: Record<string, Subject> = {
  lengthPrefixed: subject(lengthPrefixed(), anyBytes),
  'a length of 1 byte': subject(lengthPrefixed({ bytes: 1 }), anyBytes),
  'a length of 2 bytes, little': subject(lengthPrefixed({ bytes: 2, endian: 'little' }), anyBytes),
  'a length of 3 bytes and itself': subject(lengthPrefixed({ bytes: 3, includesPrefix: true }), anyBytes),
  'a length of 4 bytes, little': subject(lengthPrefixed({ endian: 'little' }), anyBytes),
  'a length of 8 bytes': subject(lengthPrefixed({ bytes: 8 }), anyBytes),
  'a length of 8 bytes, little': subject(lengthPrefixed({ bytes: 8, endian: 'little' }), anyBytes),
  'a length that says 3 too few': subject(lengthPrefixed({ bytes: 1, adjustment: 3 }), anyBytes),
  'a length that says 3 too many': subject(lengthPrefixed({ bytes: 1, adjustment: -3 }), anyBytes),
  'a length of 5 at most': subject(lengthPrefixed({ bytes: 1, maxFrameLength: 5 }), anyBytes),
  'a length that is kept': subject(lengthPrefixed({ bytes: 1, header: 'keep' }), framesOf(0, 1)),
  'a length in the middle': subject(lengthPrefixed({ bytes: 2, offset: 3 }), framesOf(3, 2)),
  'a length in the middle, 9 at most': subject(
    lengthPrefixed({ bytes: 1, offset: 2, maxFrameLength: 9 }),
    framesOf(2, 1),
  ),
  varintPrefixed: subject(varintPrefixed(), anyBytes),
  'varintPrefixed, 200 at most': subject(varintPrefixed({ maxFrameLength: 200 }), anyBytes),
  'measured by what stands in front of a colon': subject(netstrings(), anyBytes),
  'measured, 30 at most, in a head of 3': subject(
    netstrings({ maxFrameLength: 30, maxHeadLength: 3 }),
    anyBytes,
  ),
  'delimited by one byte': subject(delimited('\0'), fc.oneof(letters, anyBytes)),
  'delimited by two bytes': subject(delimited('\r\n'), fc.oneof(letters, anyBytes)),
  'delimited by one byte twice': subject(delimited('aa'), letters),
  'delimited by what begins as it ends': subject(delimited('abab'), letters),
  'delimited, 5 at most': subject(delimited('aab', { maxFrameLength: 5 }), letters),
  lines: subject(lines(), text),
  'lines that end with CR LF': subject(lines({ ending: '\r\n' }), text),
  'lines of latin1': subject(lines({ encoding: 'latin1' }), latin1),
  'lines of ASCII': subject(lines({ encoding: 'ascii' }), text),
  'lines, 7 at most': subject(lines({ maxFrameLength: 7 }), text),
  'lines of latin1, 7 at most': subject(lines({ encoding: 'latin1', maxFrameLength: 7 }), latin1),
  'lines of ASCII, 7 at most': subject(lines({ encoding: 'ascii', maxFrameLength: 7 }), text),
  jsonLines: subject(jsonLines(), value),
  'jsonLines, 20 at most': subject(jsonLines({ maxFrameLength: 20 }), value),
  'JSON in lengthPrefixed': subject(serialized(lengthPrefixed({ bytes: 2 }), json), value),
  'JSON in varintPrefixed': subject(serialized(varintPrefixed(), json), value),
};

// Here alone, the end of the stream may be the end of a message, which the messages of a cut stream show.
const open: Record<string, Subject> = {
  'lines, the last without an end': subject(lines({ unterminated: 'deliver' }), text),
  'lines, the last without an end, 7 at most': subject(
    lines({ unterminated: 'deliver', maxFrameLength: 7 }),
    text,
  ),
};

/** How a stream is cut: lengths that come again and again. One byte at a time is the hardest. */
const pieces = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
  fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 4 }),
);

/** Bytes that may be messages, or nearly so, or anything. */
function garbage(samples: fc.Arbitrary<Sample>): fc.Arbitrary<Buffer> {
  const wire = samples.map(({ frames }) => Buffer.concat(frames));
  const spoiled = fc
    .tuple(wire, fc.nat(), bytes({ minLength: 1, maxLength: 3 }))
    .map(([good, place, bad]) => {
      const at = place % (good.length + 1);
      return Buffer.concat([good.subarray(0, at), bad, good.subarray(at + (place % 3))]);
    });
  return fc.oneof(bytes({ maxLength: 60 }), wire, spoiled);
}

/** All that comes of a stream, in a form that can be compared. */
function outcome(
  codec: Codec<unknown, never>,
  chunks: readonly Buffer[],
): readonly [messages: string[], code: string | undefined] {
  const { messages, error } = decode(codec, ...chunks);
  return [messages.map(shown), error?.code];
}

/** The same, by somebody who stops after so many calls, takes what is left, and has another decoder go on with that. */
function resumed(
  codec: Codec<unknown, never>,
  chunks: Buffer[],
  calls: number,
): readonly [messages: string[], code: string | undefined] {
  const decoder = codec.decoder();
  const messages: unknown[] = [];
  let left = calls;
  let next = 0;
  const error = caught(() => {
    while (left > 0) {
      const message = decoder.next();
      left -= 1;
      if (message !== INCOMPLETE) messages.push(message);
      else if (next < chunks.length) decoder.push(chunks[next++] ?? Buffer.alloc(0));
    }
  });
  if (error !== undefined) return [messages.map(shown), error.code];
  const [others, code] = outcome(codec, [decoder.rest(), ...chunks.slice(next)]);
  return [[...messages.map(shown), ...others], code];
}

describe.each(Object.entries({ ...subjects, ...open }))('%s', (_name, { codec, samples }) => {
  it('delivers what was sent, however it is cut', () => {
    fc.assert(
      fc.property(samples, pieces, ({ messages, frames }, lengths) => {
        const wire = Buffer.concat(frames);
        expect(outcome(codec, [wire])).toEqual([messages, undefined]);
        expect(outcome(codec, cut(wire, lengths))).toEqual([messages, undefined]);
      }),
    );
  });

  it('makes messages or a TransportError of anything, the same ones however it is cut', () => {
    fc.assert(
      fc.property(garbage(samples), pieces, (wire, lengths) => {
        expect(outcome(codec, cut(wire, lengths))).toEqual(outcome(codec, [wire]));
      }),
      { numRuns: 200 },
    );
  });

  it('can be left after any message, and gone on with', () => {
    fc.assert(
      fc.property(garbage(samples), pieces, fc.nat(40), (wire, lengths, calls) => {
        const chunks = cut(wire, lengths);
        expect(resumed(codec, chunks, calls)).toEqual(outcome(codec, chunks));
      }),
      { numRuns: 200 },
    );
  });

  it('gives back the end of what came, also after an error, and begins anew', () => {
    fc.assert(
      fc.property(garbage(samples), pieces, (wire, lengths) => {
        const decoder = codec.decoder();
        let came = 0;
        const error = caught(() => {
          for (const chunk of cut(wire, lengths)) {
            decoder.push(chunk);
            came += chunk.length;
            take(() => decoder.next(), chunk.length, []);
          }
        });
        const { begun } = decoder;
        const rest = decoder.rest();
        expect(rest.equals(wire.subarray(came - rest.length, came))).toBe(true);
        if (error === undefined) expect(begun).toBe(rest.length > 0);
        expect(decoder.begun).toBe(false);
        expect(decoder.rest()).toHaveLength(0);
        expect(decoder.end()).toBe(INCOMPLETE);
      }),
    );
  });
});

describe.each(Object.entries(subjects))('%s', (_name, { codec, samples }) => {
  it('misses what is cut off, unless that is between two messages', () => {
    fc.assert(
      fc.property(samples, pieces, fc.nat(), ({ messages, frames }, lengths, place) => {
        const wire = Buffer.concat(frames);
        const at = place % (wire.length + 1);
        let whole = 0;
        let end = 0;
        for (const frame of frames) {
          if (end + frame.length > at) break;
          end += frame.length;
          whole += 1;
        }
        const code = end === at ? undefined : 'ERR_FRAME_TRUNCATED';
        expect(outcome(codec, cut(wire.subarray(0, at), lengths))).toEqual([messages.slice(0, whole), code]);
      }),
    );
  });
});

describe('a decoder that waits', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  /** A decoder that has gone through a chunk, and the memory of that. */
  function waiting(codec: Codec<unknown, string>): { decoder: Decoder<unknown>; memory: WeakRef<object> } {
    const decoder = codec.decoder();
    const wire = wired(codec, ['a', 'b', 'c', 'd']);
    const chunk = Buffer.alloc(wire.length - 1);
    wire.copy(chunk);
    decoder.push(chunk);
    take(() => decoder.next(), 3, []);
    return { decoder, memory: new WeakRef(chunk.buffer) };
  }

  it.each<[string, Codec<unknown, string>]>([
    ['lengthPrefixed', lengthPrefixed()],
    ['varintPrefixed', varintPrefixed()],
    ['measured', netstrings()],
    ['delimited', delimited('ab')],
    ['lines', lines()],
  ])('%s keeps what has begun, and not the chunk that it came in', async (_name, codec) => {
    const { decoder, memory } = waiting(codec);
    // What was used in a job is kept until its end.
    await new Promise(setImmediate);
    collect();
    expect(memory.deref()).toBeUndefined();
    expect(decoder.begun).toBe(true);
  });
});

describe('one large message', () => {
  const LENGTH = 16 * 1024 * 1024;
  const limit = { maxFrameLength: LENGTH };
  const framings: [string, Codec<Buffer | string, string>][] = [
    ['lengthPrefixed', lengthPrefixed(limit)],
    ['varintPrefixed', varintPrefixed(limit)],
    ['measured', netstrings({ maxFrameLength: LENGTH + 16 })],
    ['delimited', delimited('ab', limit)],
    ['lines', lines(limit)],
  ];

  // To copy all that came before with each chunk would take hours.
  it.each(
    framings.flatMap(([name, codec]) => [
      [name, LENGTH, 65_536, codec] as const,
      [name, LENGTH, 1448, codec] as const,
      [name, LENGTH / 16, 1, codec] as const,
    ]),
  )('%s: %i bytes in chunks of %i come together in linear time', (_name, length, size, codec) => {
    const wire = encoded(codec.encode, 'a'.repeat(length));
    const decoder = codec.decoder();
    const messages: (Buffer | string)[] = [];
    for (let at = 0; at < wire.length; at += size) {
      decoder.push(wire.subarray(at, at + size));
      take(() => decoder.next(), 1, messages);
    }
    expect(messages.map(({ length: came }) => came)).toEqual([length]);
  });
});

describe('INCOMPLETE', () => {
  it('is the same in two loaded copies of the library, so that a codec of one works with a connection of the other', () => {
    jest.isolateModules(() => {
      const copy = jest.requireActual<{ readonly INCOMPLETE: unknown }>('../../src/framing/codec.ts');
      expect(copy.INCOMPLETE).toBe(INCOMPLETE);
    });
  });
});
