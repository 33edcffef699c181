// The process under test of memory.spec.ts: a server of the kind that the first argument names. It says what becomes of each
// connection, and how much its memory grows.
import {
  catchError,
  concatMap,
  EMPTY,
  firstValueFrom,
  from,
  map,
  merge,
  Observable,
  of,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';
import {
  bind,
  boundedMergeMap,
  connect,
  framed,
  holdWhile,
  lengthPrefixed,
  serve,
  TransportError,
  type BindOptions,
  type Connection,
} from '../../src/index.ts';

const [, , kind = '', ...parameters] = process.argv;
const SAMPLE_EVERY = 20;

/** What the spec is to know of a connection beyond its summary. */
type Notes = Record<string, unknown>;
type Conversation = (connection: Connection, notes: Notes) => Observable<unknown>;

const say = (said: object): void => {
  process.send?.(said);
};

const codeOf = (error: unknown): string =>
  TransportError.is(error) ? error.code : `no TransportError: ${String(error)}`;

const messages = framed(lengthPrefixed());

/** The first message of the peer, cut into messages of a size, again and again. */
async function* pieces(connection: Connection, size: number, count: number): AsyncGenerator<Buffer> {
  const block = await firstValueFrom(connection.received);
  for (let piece = 0; piece < count; piece += 1) {
    const at = (piece * size) % block.length;
    yield block.subarray(at, at + size);
  }
}

/** The same, pushed without end: some in each turn of the event loop, for as long as somebody is subscribed. */
function pushedPieces(block: Buffer, size: number, notes: Notes): Observable<Buffer> {
  return new Observable((subscriber) => {
    let piece = 0;
    const push = (): void => {
      for (let some = 0; some < 64 && !subscriber.closed; some += 1, piece += 1) {
        const at = (piece * size) % block.length;
        subscriber.next(block.subarray(at, at + size));
      }
      if (!subscriber.closed) setImmediate(push);
    };
    subscriber.add(() => {
      Object.assign(notes, { pushed: piece, stopped: true });
    });
    push();
  });
}

/** One direction of a proxy. */
const forward = (source: Connection, target: Connection): Observable<never> =>
  target.send(holdWhile(source, target.congested)).pipe(
    tap({
      complete: () => {
        target.end();
      },
    }),
  );

const conversations: Record<string, Conversation> = {
  echo: (connection) => of(connection).pipe(serve(({ received }) => received)),

  'echo of messages': (connection) =>
    of(connection).pipe(
      messages,
      serve(({ received }) => received),
    ),

  // The answer is the number that the message begins with.
  'slow handler': (connection, notes) => {
    notes['inOrder'] = true;
    return of(connection).pipe(
      messages,
      serve((framedConnection) =>
        boundedMergeMap(
          framedConnection,
          (message, index) => {
            notes['taken'] = index + 1;
            if (message.readUInt32BE() !== index) notes['inOrder'] = false;
            return timer(1).pipe(map(() => message.subarray(0, 4)));
          },
          16,
        ),
      ),
    );
  },

  proxy: (client) =>
    connect(parameters[0] ?? '', options).pipe(
      switchMap((server) => merge(forward(client, server), forward(server, client))),
    ),

  pull: (connection) =>
    of(connection).pipe(
      messages,
      serve((peer) => pieces(peer, Number(parameters[0]), Number(parameters[1]))),
    ),

  push: (connection, notes) =>
    of(connection).pipe(
      messages,
      switchMap((peer) =>
        peer.received.pipe(
          take(1),
          concatMap((block) => peer.send(pushedPieces(block, Number(parameters[0]), notes))),
        ),
      ),
      catchError((error: unknown) =>
        connection.traffic.pipe(
          take(1),
          concatMap(({ bytesWritten }) => {
            say({ sent: { code: codeOf(error), bytesWritten, ...notes } });
            if (parameters[1] === 'abort') connection.abort(error);
            return from(connection.close());
          }),
        ),
      ),
      catchError(() => EMPTY),
    ),
};

// There is no other limit to what waits for a peer than the holding, but for what pushes.
const options: BindOptions = {
  ...(kind === 'push' ? {} : { maxWriteBuffer: Infinity }),
  ...(kind === 'proxy' ? { allowHalfOpen: true } : {}),
  closeTimeout: 20_000,
};

bind('127.0.0.1:0', options).subscribe(({ endpoint, connections }) => {
  connections.subscribe((connection) => {
    const notes: Notes = {};
    connection.closed.subscribe(({ error, ...totals }) => {
      say({ closed: { ...totals, error: error === undefined ? 'none' : codeOf(error), ...notes } });
    });
    conversations[kind]?.(connection, notes).subscribe({
      error: (error: unknown) => {
        notes['failed'] = String(error);
        connection.abort(error);
      },
    });
  });
  say({ endpoint });
});

let baseline = process.memoryUsage();
let peak = baseline;

function sample(): void {
  const now = process.memoryUsage();
  peak = {
    rss: Math.max(peak.rss, now.rss),
    heapTotal: Math.max(peak.heapTotal, now.heapTotal),
    heapUsed: Math.max(peak.heapUsed, now.heapUsed),
    external: Math.max(peak.external, now.external),
    arrayBuffers: Math.max(peak.arrayBuffers, now.arrayBuffers),
  };
}

process.on('message', (asked) => {
  if (asked === 'baseline') {
    globalThis.gc?.();
    baseline = process.memoryUsage();
    peak = baseline;
    setInterval(sample, SAMPLE_EVERY).unref();
    say({ baseline });
  } else {
    sample();
    say({
      growth: {
        rss: peak.rss - baseline.rss,
        heap: peak.heapUsed - baseline.heapUsed,
        buffers: peak.arrayBuffers - baseline.arrayBuffers,
      },
    });
  }
});
process.on('disconnect', () => {
  process.exit(0);
});
