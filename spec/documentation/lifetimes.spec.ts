import { readFileSync } from 'node:fs';
import { concatMap, from, map, merge, mergeMap, tap, timer, toArray, type Observable } from 'rxjs';
import { parseDiagram } from '../../scripts/marbles/parse-diagram.ts';
import { serve } from '../../src/index.ts';
import { SimulatedNetwork, SimulationScheduler, type SimulatedHost } from '../../src/testing/index.ts';

// A column of a picture: as long as a segment is on its way.
const FRAME = 10;

/** The rows of a picture, by their names. */
function rowsOf(name: string): ReadonlyMap<string, string> {
  const { parts } = parseDiagram(readFileSync(`docs/marbles/${name}.txt`, 'utf8'));
  return new Map(parts.flat().map((row) => [row.name, row.marbles.text]));
}

interface World {
  readonly scheduler: SimulationScheduler;
  readonly server: SimulatedHost;
  readonly client: SimulatedHost;
  /** Subscribes, and tells in the end what came, as marbles. */
  record(source: Observable<string>, leaveAt?: number): () => string;
}

function world(): World {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, latency: FRAME });
  const record = (source: Observable<string>, leaveAt = Infinity): (() => string) => {
    const frames = new Map<number, string>();
    const note = (mark: string): void => {
      const frame = Math.round(scheduler.now() / FRAME);
      frames.set(frame, (frames.get(frame) ?? '') + mark);
    };
    const subscription = source.subscribe({
      next: note,
      error: () => {
        note('#');
      },
      complete: () => {
        note('|');
      },
    });
    timer(leaveAt * FRAME, scheduler).subscribe(() => {
      subscription.unsubscribe();
      note('!');
    });
    return () =>
      [...frames].reduce(
        (text, [frame, marks]) => text.padEnd(frame, '-') + (marks.length > 1 ? `(${marks})` : marks),
        '',
      );
  };
  return { scheduler, server: network.host('server'), client: network.host('client'), record };
}

describe('what the pictures of lifetimes draw happens', () => {
  const lifetimes = rowsOf('connection-lifetime');

  it.each([
    { name: 'closed cleanly', end: 'close', leaveAt: undefined },
    { name: 'lost', end: 'abort', leaveAt: undefined },
    { name: 'not made', end: undefined, leaveAt: undefined },
    { name: 'unsubscribed', end: 'never', leaveAt: 6 },
  ])('$name', ({ name, end, leaveAt }) => {
    const { scheduler, server, client, record } = world();
    if (end !== undefined) {
      const accepted = server.transport({ port: 7000 }).listen();
      server.run(() =>
        accepted.pipe(
          mergeMap((connection) => timer(7 * FRAME, scheduler).pipe(map(() => connection))),
          tap((connection) => {
            if (end === 'close') void connection.close();
            if (end === 'abort') connection.abort();
          }),
        ),
      );
    }
    const seen = record(
      client
        .transport()
        .connect('server:7000')
        .pipe(map(() => 'c')),
      leaveAt,
    );
    scheduler.advance(40 * FRAME);
    expect(seen()).toBe(lifetimes.get(name));
  });

  it.each([
    { drains: true, listen: 'listen', closed: 'c.closed' },
    { drains: false, listen: 'unsubscribe', closed: 'c is closed' },
  ])('drain: $listen', ({ drains, listen, closed }) => {
    const rows = rowsOf('drain');
    const { scheduler, server, client, record } = world();
    const at = (rows.get('until') ?? '').indexOf('x');
    const until = timer((drains ? at : Infinity) * FRAME, scheduler);
    const seen: (() => string)[] = [];
    const accepted = server
      .transport({ port: 7000, until })
      .listen()
      .pipe(
        tap((connection) => {
          seen.push(record(connection.closed.pipe(map(() => 's'))));
          seen.push(record(connection.draining.pipe(map(() => 'd'))));
          timer(9 * FRAME, scheduler).subscribe(() => void connection.close());
        }),
        map(() => 'c'),
      );
    const listened = record(accepted, drains ? undefined : at);
    client.run(() =>
      client
        .transport()
        .connect('server:7000')
        .pipe(mergeMap(({ received }) => received)),
    );
    scheduler.advance(40 * FRAME);
    expect(listened()).toBe(rows.get(listen));
    expect(seen[0]?.()).toBe(rows.get(closed));
    if (drains) expect(seen[1]?.()).toBe(rows.get('c.draining'));
  });

  it('half-close', () => {
    const rows = rowsOf('half-close');
    const { scheduler, server, client, record } = world();
    const later = (frames: number, value: string): Observable<string> =>
      timer(frames * FRAME, scheduler).pipe(map(() => value));
    server.run(() =>
      server
        .transport({ port: 7000 })
        .listen()
        .pipe(
          serve(({ received }) =>
            received.pipe(
              map((chunk) => chunk.toString().toUpperCase()),
              toArray(),
              mergeMap((all) => from(all)),
              concatMap((text) => later(2, text)),
            ),
          ),
        ),
    );
    const seen: (() => string)[] = [];
    client.run(() =>
      client
        .transport()
        .connect('server:7000')
        .pipe(
          mergeMap((connection) => {
            seen.push(record(connection.received.pipe(map(String))));
            const words = merge(later(0, 'a'), later(2, 'b'));
            seen.push(record(words));
            return connection.send(words).pipe(
              tap({
                complete: () => {
                  connection.end();
                },
              }),
            );
          }),
        ),
    );
    scheduler.advance(40 * FRAME);
    expect(seen.map((text) => text())).toEqual([rows.get('client receives'), rows.get('client sends')]);
  });
});
