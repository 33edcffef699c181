import {
  config,
  defer,
  firstValueFrom,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  of,
  Subject,
  take,
  toArray,
} from 'rxjs';
import {
  connect,
  framed,
  framedConnection,
  jsonLines,
  lengthPrefixed,
  lines,
  serve,
  wiretap,
  type Connection,
  type WiretapOptions,
} from '../../../src/index.ts';
import { connectionDouble, memoryTransport } from '../../../src/testing/index.ts';

/** A connection that is tapped, and what was told of it, without its name. */
function tapped<In, Out>(
  connection: Connection<In, Out>,
  options: WiretapOptions<In | Out> = {},
): { connection: Connection<In, Out>; told: string[] } {
  const told: string[] = [];
  const found: Connection<In, Out>[] = [];
  const name = `${connection.id} ${connection.remote} `;
  of(connection)
    .pipe(wiretap<In, Out>((text) => told.push(text.replace(name, '')), { format: 'text', ...options }))
    .subscribe((one) => found.push(one));
  const [one] = found;
  if (one === undefined) throw new Error('the connection did not come through');
  return { connection: one, told };
}

describe('wiretap', () => {
  it('tells of what is received and sent, of the ends, and of the summary', async () => {
    const peer = new Subject<Buffer>();
    const { connection, told } = tapped(connectionDouble({ received: peer, id: 'c1', remote: 'there:2' }));
    connection.received.subscribe();
    peer.next(Buffer.from('hello\n'));
    connection.write('hi\n');
    connection.send([Buffer.from('a'), 'b']).subscribe();
    peer.complete();
    await connection.close();
    expect(told.map((text) => text.replace(/after \d+ ms/u, 'in time'))).toEqual([
      'opened, at here:1',
      String.raw`received 6 B "hello\n"`,
      String.raw`sent "hi\n"`,
      'sent 1 B "a"',
      'sent "b"',
      'received the end',
      'closed in time, 6 B received, 5 B sent',
      'closes',
    ]);
  });

  it('names the connection and its peer', () => {
    const told: string[] = [];
    of(connectionDouble({ id: 'c1', remote: 'there:2' }))
      .pipe(wiretap((text) => told.push(text)))
      .subscribe();
    expect(told).toEqual(['c1 there:2 opened, at here:1']);
  });

  it('tells of an abort, and of a loss', () => {
    const { connection, told } = tapped(connectionDouble());
    connection.abort(new Error('mine'));
    expect(told.slice(1)).toEqual([
      'aborts: mine',
      expect.stringMatching(/^lost: .*ERR_ABORTED.*; after \d+ ms, 0 B/u),
    ]);
    const other = tapped(connectionDouble());
    other.connection.abort();
    other.connection.end();
    expect(other.told.slice(1)).toEqual(['aborts', expect.stringContaining('lost'), 'ends']);
  });

  it('tells of messages behind framed, and of bytes in front of it', async () => {
    const [before, behind]: [string[], string[]] = [[], []];
    const transport = memoryTransport({ port: 7000 });
    transport
      .listen()
      .pipe(
        wiretap((text) => before.push(text), { format: 'length' }),
        framed(jsonLines<{ n: number }, { n: number }>()),
        wiretap((text) => behind.push(text)),
        serve(({ received }) => received.pipe(map(({ n }) => ({ n: 2 * n })))),
      )
      .subscribe();
    const answer = transport.connect('memory:7000').pipe(
      framed(jsonLines<{ n: number }, { n: number }>()),
      mergeMap((connection) => merge(connection.send([{ n: 21 }]), connection.received)),
      take(1),
    );
    expect(await lastValueFrom(answer)).toEqual({ n: 42 });
    await transport.close();
    const verbs = (told: readonly string[]): string[] => told.map((text) => text.replace(/^\S+ \S+ /u, ''));
    expect(verbs(behind)).toEqual(expect.arrayContaining(['received { n: 21 }', 'sent { n: 42 }']));
    expect(verbs(before)).toEqual(expect.arrayContaining(['received 9 B', 'sent 9 B']));
  });

  it('shows what redact makes of a value, and sends the value itself', async () => {
    const seen: unknown[] = [];
    const double = connectionDouble<unknown, { password: string }>();
    const { connection, told } = tapped(double, {
      redact: (value, direction) => {
        seen.push([value, direction]);
        return { ...(value as object), password: '***' };
      },
    });
    connection.write({ password: 'secret' });
    expect(told.at(-1)).toBe("sent { password: '***' }");
    expect(seen).toEqual([[{ password: 'secret' }, 'sent']]);
    expect(await firstValueFrom(double.written)).toEqual({ password: 'secret' });
  });

  it('lets the connection go on when the logger or redact throws, of which RxJS tells', async () => {
    const reports = new Subject<unknown>();
    const reported = lastValueFrom(reports.pipe(take(2), toArray()));
    const before = config.onUnhandledError;
    config.onUnhandledError = (error: unknown) => {
      reports.next(error);
    };
    try {
      const told: string[] = [];
      const redact = (value: unknown): unknown => {
        if (String(value) === 'secret') throw new Error('unknown secret');
        return value;
      };
      const log = (text: string): void => {
        if (text.endsWith('"loud"')) throw new Error('no log');
        told.push(text);
      };
      const double = connectionDouble({ id: 'c', remote: 'there:2' });
      of(double)
        .pipe(wiretap(log, { redact }))
        .subscribe((connection) => {
          for (const text of ['a', 'secret', 'loud', 'b']) connection.write(text);
          connection.end();
        });
      expect(await lastValueFrom(double.written.pipe(toArray()))).toEqual(['a', 'secret', 'loud', 'b']);
      expect(told.join('\n')).not.toMatch(/secret/u);
      expect(told.slice(-3)).toEqual(['c there:2 sent "a"', 'c there:2 sent "b"', 'c there:2 ends']);
      expect(await reported).toEqual([new Error('unknown secret'), new Error('no log')]);
    } finally {
      config.onUnhandledError = before;
    }
  });

  it('keeps the connection one that two framings can share', async () => {
    const told: string[] = [];
    const transport = memoryTransport({ port: 7000 });
    const heard = transport.listen().pipe(
      wiretap((text) => told.push(text), { format: 'length' }),
      mergeMap((connection) =>
        framedConnection(connection, lines()).received.pipe(
          take(1),
          mergeMap((greeting) =>
            framedConnection(connection, lengthPrefixed({ bytes: 1 })).received.pipe(
              map((frame) => `${greeting}, ${frame.toString()}`),
            ),
          ),
        ),
      ),
      take(1),
    );
    const dialled = defer(() => transport.connect('memory:7000')).pipe(
      mergeMap((connection) => connection.send(['hello\n\u0002hi'])),
    );
    expect(await lastValueFrom(merge(heard, dialled))).toBe('hello, hi');
    await transport.close();
    expect(told.some((text) => text.includes('put back 3 B'))).toBe(true);
  });

  it('hands on what goes wrong before there is a connection', async () => {
    const told: string[] = [];
    const refused = connect('127.0.0.1:1').pipe(wiretap((text) => told.push(text)));
    await expect(lastValueFrom(refused)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
    expect(told).toEqual([]);
  });
});
