import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, NEVER, ReplaySubject, switchMap } from 'rxjs';
import { connect } from '../src/index.ts';
import { NETCAT, requireProgram, startNetcat } from './foreign-process.ts';
import { freshDirectory } from './fresh-directory.ts';
import { conversation, inPieces, openForTest, sendAndEnd } from './our-client.ts';
import { digestAfterFin, startOurServer } from './our-server.ts';
import { MIB, payload, sha256 } from './payload.ts';
import { within } from './within.ts';

requireProgram(NETCAT);

/** How our endpoint is written for netcat. */
function netcatAddress(endpoint: string): readonly string[] {
  if (endpoint.startsWith('unix:')) return ['-U', endpoint.slice('unix:'.length)];
  return [endpoint.slice(0, endpoint.lastIndexOf(':')), endpoint.slice(endpoint.lastIndexOf(':') + 1)];
}

const places = [
  { family: 'TCP', endpoint: () => '127.0.0.1:0' },
  { family: 'a Unix socket', endpoint: () => `unix:${join(freshDirectory(), 'socket')}` },
];

describe.each(places)('netcat as the client, over $family', ({ endpoint }) => {
  it('gets the answer that we computed after its FIN', async () => {
    const file = join(freshDirectory(), 'request');
    writeFileSync(file, payload(3 * MIB + 1));
    const server = await startOurServer(endpoint(), digestAfterFin);

    const netcat = startNetcat('-N', ...netcatAddress(server.endpoint)).input(readFileSync(file));
    const { code, output } = await netcat.exit();

    expect({ code, output: output.toString() }).toEqual({ code: 0, output: sha256(readFileSync(file)) });
    const { summary, error } = await server.outcome();
    expect(error).toBeUndefined();
    expect(summary).toMatchObject({ bytesRead: 3 * MIB + 1, bytesWritten: 64, bytesDiscarded: 0 });
  });

  it('gets an answer to an empty request', async () => {
    const server = await startOurServer(endpoint(), ({ received }) => concat(received, ['nothing']));

    const { code, output } = await startNetcat('-N', ...netcatAddress(server.endpoint))
      .input()
      .exit();

    expect({ code, output: output.toString() }).toEqual({ code: 0, output: 'nothing' });
  });

  it('gets everything that was written before the server is stopped, and a clean end', async () => {
    const greeting = payload(8 * MIB);
    const begun = new ReplaySubject<string>(1);
    const server = await startOurServer(endpoint(), (connection) => {
      connection.write(greeting);
      begun.next(connection.id);
      return NEVER;
    });
    const netcat = startNetcat('-N', ...netcatAddress(server.endpoint)).input();

    await within('the connection of netcat', begun);
    const summary = await server.stop();

    const { code, output } = await netcat.exit();
    expect({ code, digest: sha256(output) }).toEqual({ code: 0, digest: sha256(greeting) });
    expect(summary).toEqual({ drained: 1, forced: 0, lost: 0, refused: 0, bytesDiscarded: 0 });
  });
});

describe('netcat as the server, over TCP', () => {
  const listening = /^Listening on localhost (\d+)$/u;

  it('gets everything that was written before close, and a clean end', async () => {
    const netcat = startNetcat('-v', '-N', '-l', '127.0.0.1', '0').input();
    const [, port = ''] = await netcat.report(listening);
    const data = payload(8 * MIB);

    const connection = await openForTest(`127.0.0.1:${port}`);
    connection.write(data);
    const summary = await connection.close();

    expect(summary).toMatchObject({ bytesRead: 0, bytesWritten: data.length, bytesDiscarded: 0 });
    expect(summary.error).toBeUndefined();
    const { code, output } = await netcat.exit();
    expect({ code, digest: sha256(output) }).toEqual({ code: 0, digest: sha256(data) });
  });

  it('has ended its side and still gets what we send, with allowHalfOpen', async () => {
    const [theirs, ours] = [payload(4 * MIB), payload(MIB)];
    const netcat = startNetcat('-v', '-N', '-l', '127.0.0.1', '0').input(theirs);
    const [, port = ''] = await netcat.report(listening);

    const received = await conversation(
      connect(`127.0.0.1:${port}`, { allowHalfOpen: true }).pipe(
        // Netcat 1.219 forgets the rest of its stdin when the peer ends first, so it is heard out before.
        switchMap((connection) => concat(connection.received, sendAndEnd(connection, inPieces(ours)))),
      ),
    );

    expect(sha256(received)).toBe(sha256(theirs));
    const { code, output } = await netcat.exit();
    expect({ code, digest: sha256(output) }).toEqual({ code: 0, digest: sha256(ours) });
  });
});
