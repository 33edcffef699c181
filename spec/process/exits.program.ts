// Opens everything this library can open, ends it in the way that the argument names, and prints what is left.
import { firstValueFrom, forkJoin, lastValueFrom, merge, Subject, switchMap } from 'rxjs';
import {
  bind,
  connect,
  idleTimeout,
  serve,
  TcpSocketTransport,
  UnixSocketTransport,
  type Server,
} from '../../src/index.ts';

const until = new Subject<void>();

async function open(endpoint: string): Promise<Server> {
  const server = await new Promise<Server>((resolve) => {
    const subscription = bind(endpoint, { until }).subscribe((bound) => {
      bound.connections
        .pipe(
          idleTimeout(60_000),
          serve(({ received }) => received),
        )
        .subscribe();
      resolve(bound);
    });
    stops.push(() => {
      subscription.unsubscribe();
    });
  });
  const client = connect(server.endpoint, { connectTimeout: 60_000 })
    .pipe(switchMap((connection) => merge(connection.send(['ping']), connection.received)))
    .subscribe({ error: () => undefined });
  stops.push(() => {
    client.unsubscribe();
  });
  await firstValueFrom(server.connections);
  return server;
}

const stops: (() => void)[] = [];

async function main(way: string | undefined): Promise<void> {
  const opened = await Promise.all([open('127.0.0.1:0'), open(`unix:/tmp/rxjs-net-exits-${process.pid}`)]);
  const released = lastValueFrom(forkJoin(opened.map(({ closed }) => closed)));
  const transports = [new TcpSocketTransport(), new UnixSocketTransport()];
  for (const transport of transports) transport.listen().subscribe();
  // A dial that is never answered, and one that is refused.
  const dialling = connect('slow.example:80', { lookup: () => undefined }).subscribe();
  await lastValueFrom(connect('127.0.0.1:1')).catch(() => undefined);

  if (way === 'drain') until.next();
  else for (const stop of stops) stop();
  await released;
  for (const stop of stops) stop();
  dialling.unsubscribe();
  await Promise.all(transports.map((transport) => transport.close()));
  // Node lists a handle for some turns after its 'close'.
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const left = process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|PipeConnect|PipeServer|Timeout|Immediate/u.test(name));
  process.stdout.write(`left: ${left.join(', ')}\n`);
}

process.on('uncaughtException', (error) => {
  process.stdout.write(`uncaught: ${String(error)}\n`);
  process.exitCode = 1;
});
process.channel?.unref();
void main(process.argv[2]);
