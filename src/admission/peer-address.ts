import { isIPv6 } from 'node:net';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { parseEndpoint } from '../endpoint/parse-endpoint.ts';

/** IPv4 that is written as IPv6, as Node writes it. */
export const MAPPED_ADDRESS: RegExp = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu;
const GROUPS = 8;
const GROUPS_OF_BLOCK = 4;

/** The address of an endpoint, with IPv4 as IPv4 even where it was mapped (RFC 4291, 2.5.5.2); undefined without one. */
export function addressOf(endpoint: Endpoint): string | undefined {
  // A bare `unix:`, and a peer that had gone before it was asked for its address, are no endpoints to dial.
  if (endpoint.startsWith('unix:')) return undefined;
  const parts = parseEndpoint(endpoint);
  return parts.kind === 'tcp' ? (MAPPED_ADDRESS.exec(parts.host)?.[1] ?? parts.host) : undefined;
}

/**
 * What counts as one address: an IPv4 address, or the /64 of an IPv6 address (RFC 6177: no customer gets less, so whoever
 * has one has 2^64). All that have no address are one.
 */
export function addressBlock(endpoint: Endpoint): string {
  const address = addressOf(endpoint) ?? '';
  if (!isIPv6(address)) return address;
  const [before = [], after = []] = address.replace(/%.*$/u, '').split('::').map(groupsOf);
  const zeros = new Array<string>(Math.max(0, GROUPS - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, GROUPS_OF_BLOCK).join(':');
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
