import type { Endpoint } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';
import { addressBytes, addressText } from './ip-address.ts';
import { incomplete, invalid, type ParsedProxyHeader } from './parsed-proxy-header.ts';

/** With its CRLF (proxy-protocol.txt, 2.1). */
export const LONGEST_LINE = 107;
export const SHORTEST_LINE: number = 'PROXY UNKNOWN\r\n'.length;

// How a line may go on while it has no CRLF. Behind UNKNOWN there may be anything, and it is ignored.
const BEGINNINGS = [
  { start: 'PROXY TCP4 ', rest: /^[\d. ]*\r?$/u },
  { start: 'PROXY TCP6 ', rest: /^[\da-f:. ]*\r?$/iu },
  { start: 'PROXY UNKNOWN', rest: /^(?:\r| .*)$/su },
];
const PORT = '0|[1-9]\\d{0,4}';
const LINE = new RegExp(
  `^PROXY (?:TCP(?<family>[46]) (?<source>\\S+) (?<destination>\\S+) (?<from>${PORT}) (?<to>${PORT})|UNKNOWN(?: .*)?)$`,
  'su',
);
const NO_LINE = 'its line is not PROXY, TCP4 or TCP6, two addresses and two ports';
const MAX_PORT = 65_535;

/** A line of text, up to its CRLF. */
export function parseVersion1(bytes: Buffer): ParsedProxyHeader {
  const window = bytes.subarray(0, LONGEST_LINE);
  const end = window.indexOf('\r\n');
  const line = window.toString('latin1', 0, end === -1 ? window.length : end);
  const beginning = BEGINNINGS.find(({ start }) => start.startsWith(line.slice(0, start.length)));
  if (beginning === undefined) return invalid('the first bytes are no header of the PROXY protocol');
  if (end !== -1) return parseLine(line);
  if (line.length > beginning.start.length && !beginning.rest.test(line.slice(beginning.start.length))) {
    return invalid(NO_LINE);
  }
  if (line.length === LONGEST_LINE) return invalid(`its line has no CRLF within ${LONGEST_LINE} bytes`);
  return incomplete(Math.max(SHORTEST_LINE, line.length + (line.endsWith('\r') ? 1 : 2)));
}

function parseLine(line: string): ParsedProxyHeader {
  const groups = LINE.exec(line)?.groups;
  if (groups === undefined) return invalid(NO_LINE);
  // Behind UNKNOWN, no group has matched, and the connection's own addresses hold.
  const { family, source, destination, from, to } = groups;
  const size = family === '4' ? 4 : 16;
  const ends = family === undefined ? [] : [readEnd(source, from, size), readEnd(destination, to, size)];
  if (ends.includes(undefined)) return invalid('an address or a port of its line is none');
  return {
    kind: 'header',
    header: {
      version: 1,
      command: 'proxy',
      source: ends[0],
      destination: ends[1],
      alpn: undefined,
      authority: undefined,
      uniqueId: undefined,
      ssl: undefined,
      netns: undefined,
      tlvs: new Map(),
    },
    length: line.length + 2,
  };
}

function readEnd(address = '', port = '', size: number): Endpoint | undefined {
  const bytes = addressBytes(address);
  if (bytes?.length !== size || Number(port) > MAX_PORT) return undefined;
  return formatAddress(addressText(bytes), Number(port));
}
