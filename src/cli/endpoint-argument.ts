import { flag } from './option-kinds.ts';
import type { Option, Positional } from './option.ts';
import { UsageError } from './usage-error.ts';

/** Whom to dial. */
export const PEER: Positional = { name: 'ENDPOINT', advice: 'host:port, [ipv6]:port or unix:/path' };

/** Where to listen: the system chooses a port, unless somebody does. */
export const LISTENER: Positional = { ...PEER, byDefault: '127.0.0.1:0' };

export const unix: Option<boolean> = flag(
  'ENDPOINT is the path of a Unix socket, as with unix: in front of it',
);

/** The endpoint that was asked for, with `--unix` made part of it. Throws a {@link UsageError}. */
export function endpointOf(argument: string, values: { readonly unix?: boolean }): string {
  if (values.unix !== true || argument.startsWith('unix:')) return argument;
  if (argument === LISTENER.byDefault || /^(?:tcp|tls):/u.test(argument))
    throw new UsageError(`--unix needs a path: write it as ENDPOINT, such as /run/app.sock`);
  return `unix:${argument}`;
}
