// Two workers of a cluster, which listen on one endpoint one after the other. Each says where, and answers with its number.
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fromEvent, map } from 'rxjs';
import { bind, serve, TransportError, type BindOptions } from '../../src/index.ts';

const [endpoint = '', options = '{}'] = process.argv.slice(2);

function work(number: number): void {
  const say = (text: string): void => {
    process.stdout.write(`worker ${number} ${text}\n`);
    if (process.connected) process.send?.(text);
  };
  process.on('SIGUSR2', () => cluster.worker?.disconnect());
  process.on('SIGHUP', () => {
    process.disconnect();
  });
  const drain = fromEvent(process, 'SIGTERM');
  bind(endpoint, { until: drain, ...(JSON.parse(options) as BindOptions) }).subscribe({
    next: (server) => {
      server.connections
        .pipe(serve(({ received }) => received.pipe(map((chunk) => `${number}:${chunk.toString()}`))))
        .subscribe();
      server.refused.subscribe(({ error }) => {
        say(`refuses: ${error.code}`);
      });
      server.closed.subscribe(() => {
        say('is closed');
      });
      say(`${process.pid} listens on ${server.endpoint}`);
    },
    error: (error: unknown) => {
      say(TransportError.is(error) ? error.message : String(error));
    },
    complete: () => {
      say('has drained');
      cluster.worker?.disconnect();
    },
  });
}

async function main(): Promise<void> {
  cluster.on('exit', ({ id }, code, signal) => {
    process.stdout.write(`worker ${id} exits with ${code} ${signal}\n`);
  });
  for (let count = 0; count < 2; count += 1) await once(cluster.fork(), 'message');
}

if (cluster.isWorker) work(cluster.worker?.id ?? 0);
else void main();
