import type { ByteSink } from './byte-sink.ts';

/** How the text of a line is written as bytes. */
export type LineEncoding = 'utf8' | 'latin1' | 'ascii';

/** What the encoding has no byte for. UTF-8 has bytes for everything. */
const foreign: Readonly<Record<LineEncoding, RegExp | undefined>> = {
  utf8: undefined,
  latin1: /[^\0-\xff]/u,
  ascii: /[^\0-\x7f]/u,
};

// Node's own 'ascii' drops the upper bit, so that 0x8a would read as a line feed.
const NOT_ASCII = /[\x80-\xff]/gu;

/**
 * Bytes as text, by Buffer: `latin1` of a TextDecoder is windows-1252, and its `utf-8` takes a byte order mark away from
 * each piece.
 */
export function decodeText(bytes: Buffer, encoding: LineEncoding): string {
  switch (encoding) {
    case 'utf8':
      return bytes.toString();
    case 'latin1':
      return bytes.toString('latin1');
    case 'ascii':
      return bytes.toString('latin1').replace(NOT_ASCII, '\ufffd');
  }
}

/** The first character that the encoding cannot write. */
export function foreignCharacter(text: string, encoding: LineEncoding): string | undefined {
  return foreign[encoding]?.exec(text)?.[0];
}

/** Writes text without foreign characters. */
export function encodeText(text: string, encoding: LineEncoding, sink: ByteSink): void {
  if (encoding === 'latin1') sink.bytes(Buffer.from(text, 'latin1'));
  else sink.text(text);
}
