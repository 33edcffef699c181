import type { ContenderName } from './registry.ts';

/** Whether small writes wait for the peer's ACK of the ones before them (Nagle's algorithm); '–' without a socket. */
export type Nagle = 'on' | 'off' | '–';

/** What each contender leaves it at, or was told. */
export const nagleOf: Readonly<Record<ContenderName, Nagle>> = {
  'rxjs-net': 'off',
  'rxjs-net watched': 'off',
  'rxjs-net instrumented': 'off',
  net: 'on',
  'net corked': 'on',
  'net noDelay': 'off',
  'rsocket-js': 'on',
  nest: 'on',
  libp2p: 'off',
  'rxjs-stream': 'on',
};
