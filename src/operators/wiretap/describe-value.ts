import { inspect } from 'node:util';
import { isUint8Array, toBuffer } from '../../framing/bytes.ts';
import { hexDump } from './hex-dump.ts';
import type { WiretapSettings } from './wiretap-options.ts';

/** What goes through a connection, for people: bytes, text or a message. */
export function describeValue(value: unknown, { format, limit }: WiretapSettings): string {
  if (isUint8Array(value)) return describeBytes(toBuffer(value), format, limit);
  if (format === 'length') return typeof value === 'string' ? `${Buffer.byteLength(value)} B` : 'a message';
  const text = typeof value === 'string' ? value : inspectMessage(value, limit);
  const shown = typeof value === 'string' ? JSON.stringify(text.slice(0, limit)) : text.slice(0, limit);
  return `${shown}${rest(text.length - limit, 'characters')}`;
}

function describeBytes(bytes: Buffer, format: WiretapSettings['format'], limit: number): string {
  const length = `${bytes.length} B`;
  const shown = bytes.subarray(0, limit);
  const more = rest(bytes.length - limit, 'bytes');
  switch (format) {
    case 'length':
      return length;
    case 'text':
      return `${length} ${JSON.stringify(shown.toString())}${more}`;
    case 'hex':
      return [length, hexDump(shown), ...(more === '' ? [] : [more.trim()])]
        .filter((line) => line !== '')
        .join('\n');
    default:
      return format satisfies never;
  }
}

function inspectMessage(value: unknown, limit: number): string {
  return inspect(value, { breakLength: Infinity, compact: true, depth: 8, maxStringLength: limit });
}

function rest(count: number, what: string): string {
  return count > 0 ? ` … ${count} more ${what}` : '';
}
