import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { catchError, firstValueFrom, map, merge, of, Subscription, switchMap, take, timeout } from 'rxjs';
import { bind, connect, parseEndpoint, serve, type Server } from '../src/index.ts';
import { certificates, type Certificates } from '../spec/certificates.ts';
import { mutate } from './mutation.ts';
import { Random } from './random.ts';

/** What came of hostile connections to a TLS server. */
export interface PortTally {
  readonly connections: number;
  readonly bytes: number;
  /** The codes that `refused` has told, and those who were let in. */
  readonly codes: Record<string, number>;
  /** Good clients that were asked for in between, and those that were served. */
  readonly asked: number;
  readonly served: number;
  readonly seconds: number;
  readonly growth: number;
  readonly failures: readonly string[];
}

const AT_ONCE = 50;
const HANDSHAKE_TIMEOUT = 300;
const GOOD_EVERY = 5;
// A connection that is refused in time and one that times out are both gone by then, on a machine that is busy elsewhere.
const GONE_AFTER = 5_000;
// A TLS record may have 16 KiB.
const RECORD = 16 * 1024;

/** Each stream is the only thing that a client of its own says; meanwhile, good clients are served. */
export async function fuzzPort(seed: number, connections: number): Promise<PortTally> {
  const identities = await certificates();
  const hello = await clientHello();
  const codes: Record<string, number> = {};
  const count = (code: string): void => {
    codes[code] = (codes[code] ?? 0) + 1;
  };
  const stop = new Subscription();
  const server = await serving(identities, stop, count);
  const random = new Random(seed);
  const failures: string[] = [];
  const start = process.memoryUsage.rss();
  const begun = performance.now();
  let bytes = 0;
  let asked = 0;
  let served = 0;
  for (let done = 0; done < connections; done += AT_ONCE) {
    const streams = Array.from({ length: Math.min(AT_ONCE, connections - done) }, () =>
      mutate(() => hello, random, RECORD),
    );
    const attacks = streams.map(async (stream, index) => {
      bytes += stream.length;
      if (await isGone(server.endpoint, stream, index % 2 === 0)) return;
      failures.push(`a connection was neither refused nor timed out: ${stream.toString('hex')}`);
    });
    if ((done / AT_ONCE) % GOOD_EVERY === 0) {
      asked += 1;
      if (await isServed(server.endpoint, identities)) served += 1;
      else failures.push(`a good client was not served after ${done} connections`);
    }
    await Promise.all(attacks);
  }
  const growth = process.memoryUsage.rss() - start;
  stop.unsubscribe();
  await firstValueFrom(server.closed);
  return {
    connections,
    bytes,
    codes,
    asked,
    served,
    seconds: (performance.now() - begun) / 1000,
    growth,
    failures,
  };
}

function serving(
  identities: Certificates,
  stop: Subscription,
  count: (code: string) => void,
): Promise<Server> {
  const options = {
    tls: { secureContext: identities.server },
    handshakeTimeout: HANDSHAKE_TIMEOUT,
    closeTimeout: 500,
  };
  return new Promise((resolve, reject) => {
    stop.add(
      bind('tls://127.0.0.1:0', options).subscribe({
        next: (server) => {
          server.refused.subscribe(({ error }) => {
            count(error.code);
          });
          server.connections.pipe(serve(({ received }) => received)).subscribe(({ error }) => {
            count(`let in, then ${error?.code ?? 'closed'}`);
          });
          resolve(server);
        },
        error: reject,
      }),
    );
  });
}

/** Says the stream, and then nothing more, with or without a FIN: it has to be thrown out. */
async function isGone(endpoint: string, stream: Buffer, ends: boolean): Promise<boolean> {
  const target = parseEndpoint(endpoint);
  if (target.kind !== 'tcp') return false;
  const socket = connectSocket({ host: target.host, port: target.port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.resume();
  if (ends) socket.end(stream);
  else socket.write(stream);
  const gone = await Promise.race([ended(socket), later(GONE_AFTER)]);
  socket.destroy();
  return gone;
}

function ended(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('end', () => {
      resolve(true);
    });
    socket.once('close', () => {
      resolve(true);
    });
  });
}

function later(milliseconds: number): Promise<boolean> {
  return new Promise((resolve) =>
    setTimeout(() => {
      resolve(false);
    }, milliseconds).unref(),
  );
}

/** Asks for an echo over a connection of its own. */
async function isServed(endpoint: string, { ca }: Certificates): Promise<boolean> {
  const echoed = connect(endpoint, { tls: { secureContext: { ca } } }).pipe(
    switchMap((connection) => merge(connection.send(['still there?']), connection.received)),
    take(1),
    map((chunk) => chunk.toString() === 'still there?'),
    timeout(GONE_AFTER),
    catchError(() => of(false)),
  );
  return firstValueFrom(echoed, { defaultValue: false });
}

/** What a client of Node says first: it is dialled, and nobody answers. */
async function clientHello(): Promise<Buffer> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connectTls({
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    servername: 'localhost',
  });
  client.on('error', () => undefined);
  const [socket] = (await once(listener, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  listener.close();
  return hello;
}
