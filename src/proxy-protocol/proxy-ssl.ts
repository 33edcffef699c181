import { invalidOption } from '../errors/invalid-option.ts';
import { textBytes } from './text-bytes.ts';
import { readTlvs, TLV, writeTlvs } from './tlv.ts';

/**
 * What the proxy tells about the TLS connection of its client (proxy-protocol.txt, 2.2.6).
 *
 * `verify` alone does not say that there was a certificate: HAProxy sends 0 without one as well. A client is
 * authenticated when `verify` is 0 and one of the two certificate flags is set.
 *
 * @public
 */
export interface ProxySsl {
  /** The client spoke TLS to the proxy. */
  readonly tls: boolean;
  /** The client presented a certificate on this connection. */
  readonly certificateOnConnection: boolean;
  /** The client presented a certificate in the TLS session, on this connection or on one before it. */
  readonly certificateInSession: boolean;
  /** 0 where the certificate was verified, or the error of the proxy's TLS library. */
  readonly verify: number;
  /** As in 'TLSv1.3'. */
  readonly version?: string | undefined;
  /** The common name of the client's certificate. */
  readonly commonName?: string | undefined;
  /** As in 'TLS_AES_256_GCM_SHA384'. */
  readonly cipher?: string | undefined;
  /** What the proxy's certificate was signed with, as in 'RSA-SHA256'. */
  readonly signatureAlgorithm?: string | undefined;
  /** What the key of the proxy's certificate is, as in 'RSA2048'. */
  readonly keyAlgorithm?: string | undefined;
}

const CLIENT = { tls: 0x01, certificateOnConnection: 0x02, certificateInSession: 0x04 };
/** The flags, and the result of the verification. */
const FIXED = 5;
const UINT32 = 0xffffffff;

const TEXTS = [
  ['version', TLV.sslVersion, 'latin1'],
  ['commonName', TLV.sslCommonName, 'utf8'],
  ['cipher', TLV.sslCipher, 'latin1'],
  ['signatureAlgorithm', TLV.sslSignatureAlgorithm, 'latin1'],
  ['keyAlgorithm', TLV.sslKeyAlgorithm, 'latin1'],
] as const;

/** The value of the TLV taken apart, or a sentence that says what is wrong with it. */
export function readSsl(value: Buffer): ProxySsl | string {
  if (value.length < FIXED) return 'its SSL TLV is too short';
  const parts = readTlvs(value.subarray(FIXED));
  if (typeof parts === 'string') return `within its SSL TLV, ${parts}`;
  const client = value.readUInt8(0);
  return {
    tls: (client & CLIENT.tls) !== 0,
    certificateOnConnection: (client & CLIENT.certificateOnConnection) !== 0,
    certificateInSession: (client & CLIENT.certificateInSession) !== 0,
    verify: value.readUInt32BE(1),
    version: parts.get(TLV.sslVersion)?.toString('latin1'),
    commonName: parts.get(TLV.sslCommonName)?.toString('utf8'),
    cipher: parts.get(TLV.sslCipher)?.toString('latin1'),
    signatureAlgorithm: parts.get(TLV.sslSignatureAlgorithm)?.toString('latin1'),
    keyAlgorithm: parts.get(TLV.sslKeyAlgorithm)?.toString('latin1'),
  };
}

/** Throws `ERR_INVALID_OPTION` for what does not fit. */
export function writeSsl(ssl: ProxySsl): Buffer {
  const fixed = Buffer.alloc(FIXED);
  fixed.writeUInt8(
    (ssl.tls ? CLIENT.tls : 0) |
      (ssl.certificateOnConnection ? CLIENT.certificateOnConnection : 0) |
      (ssl.certificateInSession ? CLIENT.certificateInSession : 0),
  );
  fixed.writeUInt32BE(verifyOf(ssl), 1);
  return Buffer.concat([fixed, writeTlvs(partsOf(ssl))]);
}

function verifyOf({ verify }: ProxySsl): number {
  if (Number.isInteger(verify) && verify >= 0 && verify <= UINT32) return verify;
  throw invalidOption(`ssl.verify is ${String(verify)}; it takes 0 to ${UINT32}`);
}

function* partsOf(ssl: ProxySsl): Generator<[number, Buffer]> {
  for (const [name, type, encoding] of TEXTS) {
    const text = ssl[name];
    if (text !== undefined) yield [type, textBytes(`ssl.${name}`, text, encoding)];
  }
}
