import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'rxjs-net';

/** What the parent gives. No runtime can be asked to make a certificate. */
export interface Issued {
  readonly ca: string;
  /** A certificate for localhost and 127.0.0.1, which that authority has signed. */
  readonly server: { readonly cert: string; readonly key: string };
  /** Checks that are known to fail somewhere: they are not tried again. */
  readonly once: readonly string[];
}

export function readIssued(file: string): Issued {
  return JSON.parse(readFileSync(file, 'utf8')) as Issued;
}

/** TLS for both ends. */
export function tlsOptions({ ca, server }: Issued): {
  readonly server: TlsOptions;
  readonly client: TlsOptions;
} {
  // A transport may dial itself, so that of the server knows the authority as well.
  return { server: { secureContext: { ...server, ca } }, client: { secureContext: { ca } } };
}
