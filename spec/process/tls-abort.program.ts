// Aborts TLS connections twice, in the turn in which they are made, on the side that the argument names.
import { firstValueFrom } from 'rxjs';
import { bind, openConnection, type Connection, type Server } from '../../src/index.ts';
import { certificates } from '../certificates.ts';

const ROUNDS = 10;

async function main(side: string | undefined): Promise<void> {
  const { ca, server: identity } = await certificates();
  const codes = new Set<string | undefined>();
  const abort = (connection: Connection): void => {
    connection.closed.subscribe(({ error }) => codes.add(error?.code));
    connection.write('x');
    connection.abort();
    connection.abort();
    void connection.close();
  };
  let stop = (): void => undefined;
  const server = await new Promise<Server>((resolve) => {
    const subscription = bind('tls://127.0.0.1:0', { tls: { secureContext: identity } }).subscribe(resolve);
    stop = () => {
      subscription.unsubscribe();
    };
  });
  server.connections.subscribe((connection) => {
    if (side === 'accepted') abort(connection);
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const dialled = await openConnection(server.endpoint, { tls: { secureContext: { ca } } });
    if (side === 'dialled') abort(dialled);
    await firstValueFrom(dialled.closed);
  }
  stop();
  await firstValueFrom(server.closed);
  process.stdout.write(`${[...codes].join()}\n`);
}

process.channel?.unref();
void main(process.argv[2]);
