import type { Positional } from './option.ts';

/** Whom to dial. */
export const PEER: Positional = { name: 'ENDPOINT', advice: 'host:port, [ipv6]:port or unix:/path' };

/** Where to listen: the system chooses a port, unless somebody does. */
export const LISTENER: Positional = { ...PEER, byDefault: '127.0.0.1:0' };
