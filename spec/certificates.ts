import { generate } from 'selfsigned';

/** A certificate and its key, as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An authority, and what it has signed. */
export interface Certificates {
  readonly ca: string;
  /** For localhost and 127.0.0.1. */
  readonly server: Identity;
  readonly client: Identity;
  /** As that of the server, but of last year. */
  readonly expired: Identity;
}

const DAY = 86_400_000;

// Two of the same name would be the same one, whose signatures are wrong.
let authorities = 0;

/** Makes an authority of its own for each call: none of them trusts what another has signed. */
export async function certificates(): Promise<Certificates> {
  authorities += 1;
  const authority = await generate([{ name: 'commonName', value: `authority ${authorities} of the specs` }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const signed = async (name: string, from = new Date()): Promise<Identity> => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notBeforeDate: from,
      notAfterDate: new Date(from.getTime() + DAY),
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: name },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    return { cert, key };
  };
  return {
    ca: authority.cert,
    server: await signed('localhost'),
    client: await signed('a client'),
    expired: await signed('localhost', new Date(Date.now() - 365 * DAY)),
  };
}
