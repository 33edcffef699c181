import type { Bytes } from '../framing/bytes.ts';
import type { Codec } from '../framing/codec.ts';
import { lengthPrefixed } from '../framing/length-prefixed.ts';
import { lines } from '../framing/lines.ts';

/** What a benchmark asks, by number, and the answer that it expects: the same. */
export interface BenchMessages<In, Out> {
  readonly codec: Codec<In, Out>;
  question(number: number): Out;
  isAnswer(answer: In, number: number): boolean;
  /** Whether it is the answer to any question, be it asked or not. */
  isAnyAnswer(answer: In): boolean;
}

/** The longest message: of this size several, and the answers to them, fit into the memory. */
export const LONGEST_MESSAGE: number = 64 * 1024 * 1024;

// So many are different, and then it begins anew: an answer to another question is noticed. A prime, so that what comes twice does
// not come in step with them.
const DIFFERENT = 1021;
// All of them together, so that big ones do not fill the memory.
const ENOUGH_BYTES = 16 * 1024 * 1024;

export function lineMessages(size: number): BenchMessages<string, string> {
  const all = texts(size);
  const known = new Set(all);
  return {
    codec: lines({ encoding: 'latin1', maxFrameLength: size }),
    question: (number) => each(all, number),
    isAnswer: (answer, number) => answer === each(all, number),
    isAnyAnswer: (answer) => known.has(answer),
  };
}

export function frameMessages(size: number): BenchMessages<Buffer, Bytes> {
  const all = texts(size).map((text) => Buffer.from(text, 'latin1'));
  return {
    codec: lengthPrefixed({ maxFrameLength: size }),
    question: (number) => each(all, number),
    isAnswer: (answer, number) => answer.equals(each(all, number)),
    isAnyAnswer: (answer) => all.some((each) => answer.equals(each)),
  };
}

function texts(size: number): readonly string[] {
  const length = Math.max(2, Math.min(DIFFERENT, Math.floor(ENOUGH_BYTES / size)));
  return Array.from({ length }, (_, number) => String(number).padEnd(size, '.').slice(-size));
}

function each<T>(all: readonly [T, ...T[]] | readonly T[], number: number): T {
  const message = all[number % all.length];
  if (message === undefined) throw new RangeError('there is at least one message');
  return message;
}
