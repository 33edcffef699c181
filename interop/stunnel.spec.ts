import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { retry, type Observable } from 'rxjs';
import { connect, type BindOptions } from '../src/index.ts';
import { certificates, type Certificates } from '../spec/certificates.ts';
import { requireProgram, startStunnel, STUNNEL } from './foreign-process.ts';
import { freePort } from './free-port.ts';
import { freshDirectory } from './fresh-directory.ts';
import { authorityFile, identityFiles } from './identity-files.ts';
import { exchange, inPieces } from './our-client.ts';
import { digestAfterFin, startOurServer } from './our-server.ts';
import { MIB, payload, sha256 } from './payload.ts';
import { within } from './within.ts';

requireProgram(STUNNEL);

const SIZE = 64 * MIB;

let ours: Certificates;
beforeAll(async () => {
  ours = await certificates();
});

/** In the foreground, until the test is over. */
function runStunnel(service: string, port: number): void {
  const file = join(freshDirectory(), 'stunnel.conf');
  const lines = ['foreground = yes', 'pid =', 'debug = warning', '[service]', service];
  writeFileSync(file, `${lines.join('\n')}\naccept = 127.0.0.1:${port}\n`);
  startStunnel(file);
}

/** stunnel reports nothing when it listens; who dials before that is refused. */
const listens = (attempt: Observable<unknown>): Promise<unknown> =>
  within('stunnel', attempt.pipe(retry({ count: 100, delay: 50 })));

const serverTls = (): BindOptions => ({ tls: { secureContext: { ...ours.server, ca: ours.ca } } });

describe('stunnel in front of a plain client', () => {
  it.each([
    ['as it is', ''],
    ['with a certificate of its own (mTLS)', 'mtls'],
  ])(
    'carries an upload of 64 MiB to our TLS server, and its end, and the answer back: %s',
    async (_, kind) => {
      const mutual = kind === 'mtls';
      const tls = { ...(serverTls().tls as object), requestCert: mutual };
      const server = await startOurServer('tls://127.0.0.1:0', digestAfterFin, { tls });
      const port = await freePort('127.0.0.1');
      const { cert, key } = identityFiles(ours.client);
      const trust = `CAfile = ${authorityFile(ours.ca)}\nverifyChain = yes`;
      const identity = mutual ? `\ncert = ${cert}\nkey = ${key}` : '';
      const target = server.endpoint.replace('tls://', '');
      runStunnel(`client = yes\nconnect = ${target}\n${trust}${identity}`, port);
      const data = payload(SIZE);
      const endpoint = `127.0.0.1:${port}`;
      await listens(connect(endpoint));
      const answer = await exchange(endpoint, inPieces(data), { allowHalfOpen: true });
      expect(answer.toString()).toBe(sha256(data));
    },
  );
});

describe('stunnel in front of a plain server', () => {
  it('carries a transfer of 64 MiB from our TLS client, and the answer back', async () => {
    const server = await startOurServer('127.0.0.1:0', digestAfterFin);
    const port = await freePort('127.0.0.1');
    const { cert, key } = identityFiles(ours.server);
    runStunnel(`connect = ${server.endpoint}\ncert = ${cert}\nkey = ${key}`, port);
    const data = payload(SIZE);
    const endpoint = `tls://localhost:${port}`;
    const options = { tls: { secureContext: { ca: ours.ca } }, allowHalfOpen: true };
    await listens(connect(endpoint, options));
    const answer = await exchange(endpoint, inPieces(data), options);
    expect(answer.toString()).toBe(sha256(data));
  });
});
