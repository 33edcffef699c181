/** What a contender delivers: NestJS knows text only, the others bytes. */
export type Message = Uint8Array | string;

/** The first character of the last message of a run; no other message begins with it. */
export const LAST_MARK = 0x21;

// Letters only: they are one byte in UTF-8 and need no escape in JSON, so that 64 bytes are 64 bytes for every contender.
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_MESSAGES = 256;

/** The messages of a run, sent in turn again and again, and the one that ends it. Their text is made beforehand. */
export interface MessageSet {
  readonly messages: readonly Uint8Array[];
  readonly last: Uint8Array;
}

/** Messages of one size that differ at both ends. Made from nothing but the size, so both processes have the same. */
export function messagesOf(size: number): MessageSet {
  const count = Math.max(4, Math.min(MOST_MESSAGES, Math.floor(MOST_BYTES / size)));
  const messages = Array.from({ length: count }, (_, index) =>
    message(size, letter(index), letter(index * 7)),
  );
  return { messages, last: message(size, LAST_MARK, letter(0)) };
}

function message(size: number, first: number, last: number): Uint8Array {
  const bytes = Buffer.alloc(size, LETTERS);
  bytes[0] = first;
  bytes[size - 1] = last;
  return bytes;
}

function letter(index: number): number {
  return LETTERS.charCodeAt(index % LETTERS.length);
}
