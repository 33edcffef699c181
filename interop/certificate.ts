import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate for this name that signs itself, and its key, in one file, as HAProxy wants it. */
export function makeCertificate(directory: string, commonName: string): string {
  const file = join(directory, `${commonName}.pem`);
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', file, '-out', `${file}.crt`];
  const subject = ['-x509', '-subj', `/CN=${commonName}`, '-days', '2', '-sha256'];
  execFileSync('openssl', ['req', ...subject, ...key], { stdio: 'ignore', timeout: 20_000 });
  appendFileSync(file, readFileSync(`${file}.crt`));
  return file;
}
