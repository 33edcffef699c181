// An echo server of lines with limits, which tells its parent what became of each connection and how much memory it has.
import { tap } from 'rxjs';
import { bind, framed, idleTimeout, lines, serve } from '../src/index.ts';
import { CLOSE_TIMEOUT, FRAME_TIMEOUT, IDLE_TIMEOUT, MAX_FRAME_LENGTH } from './settings.ts';

const outcomes: Record<string, { count: number; longest: number }> = {};
let open = 0;
let most = 0;
let peak = 0;

const watching = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 50);

const serving = bind('127.0.0.1:0', { backlog: 4_096, closeTimeout: CLOSE_TIMEOUT }).subscribe((server) => {
  server.connections
    .pipe(
      tap((connection) => {
        open += 1;
        most = Math.max(most, open);
        connection.closed.subscribe(() => (open -= 1));
      }),
      idleTimeout(IDLE_TIMEOUT),
      framed(lines({ maxFrameLength: MAX_FRAME_LENGTH }), { frameTimeout: FRAME_TIMEOUT }),
      serve(({ received }) => received),
    )
    .subscribe(({ error, summary }) => {
      const outcome = (outcomes[error?.code ?? 'clean'] ??= { count: 0, longest: 0 });
      outcome.count += 1;
      outcome.longest = Math.max(outcome.longest, summary.duration);
    });
  process.send?.({ endpoint: server.endpoint });
});

process.on('message', (message) => {
  if (message === 'report') {
    peak = Math.max(peak, process.memoryUsage.rss());
    process.send?.({ outcomes, open, most, rss: process.memoryUsage.rss(), peak });
  } else {
    clearInterval(watching);
    serving.unsubscribe();
    process.channel?.unref();
  }
});
