import { fromEvent, merge, switchMap } from 'rxjs';
import { bind, framed, jsonLines, serve } from 'rxjs-net';
import { quotes, type Quote, type Watch } from './quotes.ts';

const [endpoint = '127.0.0.1:7000'] = process.argv.slice(2);
const stop = merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM'));

bind(endpoint, { until: stop })
  .pipe(
    switchMap((server) => {
      console.log(`listening on ${server.endpoint}`);
      return server.connections.pipe(
        framed(jsonLines<Watch, Quote>()),
        serve((connection) => quotes(connection)),
      );
    }),
  )
  .subscribe({
    next: ({ summary, error }) => {
      console.log(`a client left after ${summary.bytesWritten} bytes`, error?.message ?? '');
    },
    error: (error: unknown) => {
      console.error(String(error));
      process.exitCode = 1;
    },
    complete: () => {
      console.log('stopped');
    },
  });
