import type { TlsOptions } from '../transport/tls-options.ts';
import { file, flag, text } from './option-kinds.ts';
import { optionName, type Option, type Values } from './option.ts';
import { UsageError } from './usage-error.ts';

type Files = Readonly<Record<'ca' | 'cert' | 'key', Option<Buffer>>>;
type ServerTlsOptions = Files & { readonly tls: Option<boolean> };
type ClientTlsOptions = ServerTlsOptions & {
  readonly servername: Option<string>;
  readonly insecure: Option<boolean>;
};

const tls = flag('secure it with TLS, as tls:// in front of ENDPOINT does');

/** For who dials. */
export const clientTlsOptions: ClientTlsOptions = {
  tls,
  ca: file(
    'the authority that has signed the certificate of the server (PEM); default: those that Node trusts',
  ),
  cert: file('the certificate to show to the server (PEM)'),
  key: file('its key'),
  servername: text('NAME', 'the name that the certificate of the server has to have; default: the host'),
  insecure: flag('take any certificate: anybody can be in between'),
};

/** For who is dialled. */
export const serverTlsOptions: ServerTlsOptions = {
  tls,
  cert: file('the certificate of this server (PEM)'),
  key: file('its key'),
  ca: file('clients have to show a certificate that this authority has signed'),
};

/** What the library is told when who dials asks for TLS; undefined when nobody does. Throws a {@link UsageError}. */
export function clientTls(endpoint: string, values: Values<ClientTlsOptions>): TlsOptions | undefined {
  if (!isAskedFor(endpoint, values)) return undefined;
  const { cert, key, ca, servername, insecure } = values;
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('--cert and --key go together: write both, or neither');
  return { secureContext: { cert, key, ca }, servername, rejectUnauthorized: insecure !== true };
}

/** The same for who is dialled. */
export function serverTls(endpoint: string, values: Values<ServerTlsOptions>): TlsOptions | undefined {
  if (!isAskedFor(endpoint, values)) return undefined;
  const { cert, key, ca } = values;
  if (cert === undefined || key === undefined)
    throw new UsageError('a TLS server needs a certificate: write --cert FILE and --key FILE');
  return { secureContext: { cert, key, ca }, requestCert: ca !== undefined };
}

/** Who names a certificate does not mean to go out in the clear. */
function isAskedFor(endpoint: string, values: Readonly<Record<string, unknown>>): boolean {
  if (values['tls'] === true || endpoint.startsWith('tls:')) return true;
  const lone = Object.keys(clientTlsOptions).find((name) => values[name] !== undefined);
  if (lone !== undefined) throw new UsageError(`${optionName(lone)} is for TLS: write --tls as well`);
  return false;
}
