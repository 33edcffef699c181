import { TransportError } from '../errors/transport-error.ts';

/** The option, or false; `ERR_UNSUPPORTED` where Node does not know it, and would bind without a word. */
export function reusePortOption(
  reusePort: boolean | undefined,
  version: string = process.versions.node,
): boolean {
  if (reusePort !== true || knowsReusePort(version)) return reusePort === true;
  const detail = `reusePort needs Node.js 22.12 or 23.1, and this is ${version}`;
  throw new TransportError('ERR_UNSUPPORTED', { phase: 'bind', detail });
}

/** `net.Server.listen` takes it since 22.12 and 23.1 (Node manual). */
function knowsReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
