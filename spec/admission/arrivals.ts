import type { Arrival, Endpoint } from '../../src/index.ts';

/** An arrival at a server that has nobody else. */
export const arrivalFrom = (remote: Endpoint, more: Partial<Arrival> = {}): Arrival => ({
  local: '127.0.0.1:7000',
  remote,
  connections: 0,
  connectionsFromAddress: 0,
  ...more,
});
