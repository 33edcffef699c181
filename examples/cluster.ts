/**
 * One port, a process for each core, and a restart of all of them that nobody notices.
 *
 *   npx tsx examples/cluster.ts 127.0.0.1:7000 2                two workers; they say which process answers
 *   nc 127.0.0.1 7000                                           type something; another nc gets another worker
 *   kill -KILL a worker                                         it is replaced; its conversations are lost, and no other one
 *   kill -HUP the primary                                       every worker is replaced by a new one, and drains
 *   kill -TERM the primary, or Ctrl-C                           all workers drain, and it exits
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { concatMap, from, fromEvent, ignoreElements, map, switchMap, tap } from 'rxjs';
import { bind, serve } from 'rxjs-net';
import { fail } from './fail.ts';
import { stopSignal } from './stop-signal.ts';

const [endpoint = '127.0.0.1:7000', count = String(availableParallelism())] = process.argv.slice(2);

if (cluster.isPrimary) supervise();
else work();

/**
 * A worker. The primary binds the port, accepts, and hands connections to the workers in turn; a worker that drains is handed
 * none any more.
 *
 * `worker.disconnect()` is no drain: it stops the accepting alone, and no connection is told. And `process.disconnect()`, or
 * the end of the primary, ends a worker at once, whatever it is at. So what begins the drain is a signal, and disconnecting
 * comes behind it: an open channel to the primary keeps a worker alive.
 */
function work(): void {
  bind(endpoint, { until: stopSignal, gracePeriod: 10_000 })
    .pipe(
      tap((server) => process.send?.(server.endpoint)),
      switchMap((server) => server.connections),
      serve(({ received }) => received.pipe(map((chunk) => `${process.pid}: ${chunk.toString()}`))),
      ignoreElements(),
    )
    .subscribe({
      error: (error: unknown) => {
        fail(error);
        cluster.worker?.disconnect();
      },
      complete: () => cluster.worker?.disconnect(),
    });
}

function supervise(): void {
  let stopping = false;

  const start = (): Worker => {
    const worker = cluster.fork();
    const { pid } = worker.process;
    let listened = false;
    worker
      .once('message', (where) => {
        listened = true;
        console.log(`worker ${pid} is ready`);
        console.log(`listening on ${where}`);
      })
      .once('exit', (code, signal) => {
        console.log(`worker ${pid} has ended with ${signal || code}`);
        // One that never listened would fail again, in the same way.
        if (!listened) process.exitCode = 1;
        else if (!worker.exitedAfterDisconnect && !stopping) start();
      });
    return worker;
  };

  for (let number = 0; number < Number(count); number += 1) start();

  // The new one first, so that there is always one to accept; then the drain of the old one.
  fromEvent(process, 'SIGHUP')
    .pipe(
      map(() => Object.values(cluster.workers ?? {})),
      concatMap((workers) => from(workers)),
      concatMap(async (old) => {
        await once(start(), 'message');
        return old;
      }),
    )
    .subscribe({ next: drain, error: fail });

  stopSignal.subscribe({
    next: () => {
      stopping = true;
      Object.values(cluster.workers ?? {}).forEach(drain);
    },
    error: fail,
  });
}

/** Not `worker.kill()`, which disconnects first. */
function drain(worker: Worker | undefined): void {
  worker?.process.kill('SIGTERM');
}
