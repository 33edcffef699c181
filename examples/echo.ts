/**
 * A server that says everything back, and that can be stopped without cutting anybody off.
 *
 *   npx tsx examples/echo.ts                                    listens on 127.0.0.1:7000
 *   nc 127.0.0.1 7000                                           type something, and see it come back
 *   Ctrl-C, or kill -TERM                                       what was received is answered before the server exits
 *
 * Another endpoint may follow the file: 127.0.0.1:0 lets the system choose a port, unix:/tmp/echo.sock is a Unix socket
 * (nc -U /tmp/echo.sock).
 */
import { concat, ignoreElements, switchMap, tap, type Observable } from 'rxjs';
import { bind, serve, type Connection, type ServeOutcome, type ShutdownSummary } from 'rxjs-net';
import { fail } from './fail.ts';
import { stopSignal } from './stop-signal.ts';

const [endpoint = '127.0.0.1:7000'] = process.argv.slice(2);

bind(endpoint, { until: stopSignal, gracePeriod: 5_000 })
  .pipe(
    switchMap((server) => {
      console.log(`listening on ${server.endpoint}`);
      const served = server.connections.pipe(serve(echo), tap(report), ignoreElements());
      return concat(served, server.closed);
    }),
  )
  .subscribe({ next: reportShutdown, error: fail });

/** Reading is held while the peer does not take its echo, so nobody can make this server buffer without bounds. */
function echo(connection: Connection): Observable<Buffer> {
  return connection.received;
}

function report({ connection, summary, error }: ServeOutcome<Buffer, Uint8Array | string>): void {
  const { bytesRead, bytesWritten } = summary;
  console.log(
    `${connection.remote}: ${bytesRead} bytes in, ${bytesWritten} out, ${error?.message ?? 'closed'}`,
  );
}

function reportShutdown({ drained, forced, lost }: ShutdownSummary): void {
  console.log(`stopped: ${drained} drained, ${forced} forced, ${lost} lost`);
}
