import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  framed,
  framedConnection,
  jsonLines,
  openConnection,
  serve,
  TransportError,
  type BindOptions,
  type Connection,
  type ConnectOptions,
} from 'rxjs-net';
import { SimulatedNetwork, SimulationScheduler } from 'rxjs-net/testing';
import { concat, defer, firstValueFrom, map, NEVER, Subject, toArray, type ObservableInput } from 'rxjs';
import type { Check } from './check.ts';
import { served } from './served.ts';
import { tlsOptions, type Issued } from './issued.ts';

const TCP = '127.0.0.1:0';
const MIB = 1024 * 1024;
/** Of which the kernel has room for less than 16 MiB (tcp_wmem and tcp_rmem, tcp(7)). */
const WHOLE = 32 * MIB;

/** What the first page of the documentation promises, one by one. */
export function basicChecks(issued: Issued): Check[] {
  const tls = tlsOptions(issued);
  const overTls = { bind: { tls: tls.server }, connect: { tls: tls.client } };
  return [
    { name: 'an echo over TCP', run: () => echo(TCP) },
    { name: 'an echo over TLS, verified', run: () => echo(TCP, overTls.bind, overTls.connect) },
    {
      name: 'an echo over a Unix socket',
      run: () => inFolder((folder) => echo(`unix:${join(folder, 's')}`)),
    },
    { name: 'framed messages', run: messages },
    { name: 'a graceful close: what was written arrives', run: gracefulClose },
    { name: 'a drain: what is in flight is answered', run: drain },
    { name: 'ERR_CONNECTION_REFUSED where nobody listens', run: refused },
    { name: 'half-close: an answer after the FIN of the client', run: halfClose },
    { name: '32 MiB over TCP, no faster than they are read', run: () => backPressure() },
    {
      name: '32 MiB over TLS, no faster than they are read',
      run: () => backPressure(overTls.bind, overTls.connect),
    },
    { name: 'ERR_CONNECTION_RESET when the peer aborts', run: reset },
    { name: 'rxjs-net/testing in virtual time', run: virtualTime },
  ];
}

async function echo(endpoint: string, options?: BindOptions, dialling?: ConnectOptions): Promise<void> {
  const server = await served(
    endpoint,
    serve((connection) => connection.received),
    options,
  );
  try {
    const connection = await openConnection(server.endpoint, dialling);
    connection.write('hello');
    equal(await textOf(connection, 5), 'hello');
    equal((await connection.close()).error, undefined);
  } finally {
    await server.stop();
  }
}

async function messages(): Promise<void> {
  const codec = jsonLines<{ n: number }, { n: number }>();
  const doubled = serve((connection: Connection<{ n: number }, { n: number }>) =>
    connection.received.pipe(map(({ n }) => ({ n: 2 * n }))),
  );
  const server = await served(TCP, (connections) => connections.pipe(framed(codec), doubled));
  try {
    const connection = framedConnection(
      await openConnection(server.endpoint, { allowHalfOpen: true }),
      codec,
    );
    const answers = firstValueFrom(connection.received.pipe(toArray()));
    await sent(
      connection,
      Array.from({ length: 1000 }, (_, n) => ({ n })),
    );
    connection.end();
    deepEqual(
      (await answers).map(({ n }) => n),
      Array.from({ length: 1000 }, (_, n) => 2 * n),
    );
  } finally {
    await server.stop();
  }
}

async function gracefulClose(): Promise<void> {
  const arrived = new Subject<number>();
  const sizes = firstValueFrom(arrived);
  const server = await served(
    TCP,
    serve((connection) => {
      let size = 0;
      connection.received.subscribe({
        next: (chunk) => (size += chunk.length),
        complete: () => {
          arrived.next(size);
        },
      });
      return [];
    }),
  );
  try {
    const connection = await openConnection(server.endpoint);
    connection.write(Buffer.alloc(2 * MIB));
    equal((await connection.close()).error, undefined);
    equal(await sizes, 2 * MIB);
  } finally {
    await server.stop();
  }
}

async function drain(): Promise<void> {
  const until = new Subject<void>();
  const working = new Subject<void>();
  const begun = firstValueFrom(working);
  const done = new Subject<void>();
  const server = await served(
    TCP,
    serve((connection) => {
      working.next();
      return concat(
        defer(() => firstValueFrom(done)).pipe(map(() => 'answer')),
        connection.received.pipe(map(() => '')),
      );
    }),
    { until },
  );
  const connection = await openConnection(server.endpoint);
  const heard = firstValueFrom(connection.received.pipe(toArray()));
  await begun;
  until.next();
  done.next();
  equal(Buffer.concat(await heard).toString(), 'answer');
  equal((await server.over).forced, 0);
}

async function refused(): Promise<void> {
  const server = await served(
    TCP,
    serve(() => []),
  );
  await server.stop();
  equal(await codeOf(openConnection(server.endpoint)), 'ERR_CONNECTION_REFUSED');
}

async function halfClose(): Promise<void> {
  const server = await served(
    TCP,
    serve((connection) =>
      connection.received.pipe(
        toArray(),
        map((chunks) => Buffer.concat(chunks).toString().toUpperCase()),
      ),
    ),
  );
  try {
    const connection = await openConnection(server.endpoint, { allowHalfOpen: true });
    connection.write('question');
    connection.end();
    equal(Buffer.concat(await firstValueFrom(connection.received.pipe(toArray()))).toString(), 'QUESTION');
  } finally {
    await server.stop();
  }
}

async function backPressure(options?: BindOptions, dialling?: ConnectOptions): Promise<void> {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let pulled = 0;
  const source = function* (): Generator<Buffer> {
    for (; pulled < WHOLE; pulled += piece.length) yield piece;
  };
  const server = await served(
    TCP,
    serve(() => source()),
    options,
  );
  try {
    const connection = await openConnection(server.endpoint, dialling);
    const hold = connection.hold();
    let size = 0;
    const all = new Promise<void>((resolve, reject) => {
      connection.received.subscribe({
        next: (chunk) => (size += chunk.length),
        complete: resolve,
        error: reject,
      });
    });
    await standstill(() => pulled);
    ok(pulled > 0 && pulled < 16 * MIB, `${pulled} bytes were taken from the source although nobody reads`);
    hold.unsubscribe();
    await all;
    equal(size, WHOLE);
  } finally {
    await server.stop();
  }
}

async function reset(): Promise<void> {
  const server = await served(
    TCP,
    serve((connection) => {
      connection.received.subscribe({
        next: () => {
          connection.abort();
        },
        error: () => undefined,
      });
      return NEVER;
    }),
  );
  try {
    const connection = await openConnection(server.endpoint);
    connection.write('x');
    equal(await codeOf(firstValueFrom(connection.received)), 'ERR_CONNECTION_RESET');
  } finally {
    await server.stop();
  }
}

async function virtualTime(): Promise<void> {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, seed: 7, latency: 10_000 });
  const server = network.host('server');
  const client = network.host('client');
  server.run(() =>
    server
      .transport({ port: 7000 })
      .listen()
      .pipe(serve((connection) => connection.received)),
  );
  const heard: string[] = [];
  client.run(() =>
    client
      .transport({ connectTimeout: 60_000 })
      .connect('server:7000')
      .pipe(
        map((connection) => {
          connection.received.subscribe((chunk) => heard.push(chunk.toString()));
          connection.write('far away');
        }),
      ),
  );
  scheduler.advance(60_000);
  deepEqual(heard, ['far away']);
  await Promise.resolve();
}

/** Waits until it has not changed for a while: then whatever was to come of it has come. */
async function standstill(value: () => number): Promise<void> {
  let last = value();
  let calm = 0;
  while (calm < 10) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    calm = value() === last ? calm + 1 : 0;
    last = value();
  }
}

function sent<Out>(connection: Connection<unknown, Out>, values: ObservableInput<Out>): Promise<void> {
  return new Promise((complete, error) => {
    connection.send(values).subscribe({ complete, error });
  });
}

async function textOf(connection: Connection, length: number): Promise<string> {
  let text = '';
  for await (const chunk of connection) {
    text += chunk.toString();
    if (text.length >= length) break;
  }
  return text;
}

async function codeOf(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    return TransportError.is(error) ? error.code : String(error);
  }
  return 'no error';
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-net-smoke-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
