import { TransportError } from '../errors/transport-error.ts';

// `sockaddr_un.sun_path` has 108 bytes on Linux and 104 on macOS and the BSDs, one of them for the closing NUL
// (unix(7)). Node 20 cuts a longer path off without a word and binds the rest.
export const LONGEST_UNIX_PATH: number = process.platform === 'linux' ? 107 : 103;

/** Throws `ERR_PATH_TOO_LONG` before anything is made of a path that the platform would cut off. */
export function checkUnixPath(path: string, phase: 'bind' | 'connect'): void {
  const length = Buffer.byteLength(path);
  if (length <= LONGEST_UNIX_PATH) return;
  throw new TransportError('ERR_PATH_TOO_LONG', {
    phase,
    endpoint: `unix:${path}`,
    detail: `${length} bytes, and ${LONGEST_UNIX_PATH} are allowed`,
  });
}
