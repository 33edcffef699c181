import fc from 'fast-check';
import { NEVER, of, Subject, tap, throwError, type Observable } from 'rxjs';
import { boundedMergeMap, framedConnection, lines, type Connection } from '../../src/index.ts';
import { record, settled, wire } from '../wire.ts';

interface Work {
  readonly name: string;
  finish(): void;
  readonly done: Observable<string>;
}

/** A handler whose work the spec finishes by hand. */
function bench(): { readonly under: Work[]; readonly start: (name: string) => Observable<string> } {
  const under: Work[] = [];
  const start = (name: string): Observable<string> => {
    const done = new Subject<string>();
    const finish = (): void => {
      under.splice(under.indexOf(work), 1);
      done.next(name.toUpperCase());
      done.complete();
    };
    const work = { name, finish, done };
    under.push(work);
    return done;
  };
  return { under, start };
}

const names = (under: readonly Work[]): string => under.map(({ name }) => name).join('');

function framedWire(): { messages: Connection<string, string> } & ReturnType<typeof wire> {
  const made = wire();
  return { ...made, messages: framedConnection(made.connection, lines()) };
}

describe('boundedMergeMap', () => {
  it('works on so many messages at a time, and reads the next when one is done (rule 13)', async () => {
    const { messages, say, fin } = framedWire();
    const { under, start } = bench();
    const { log } = record(boundedMergeMap(messages, start, 2));
    say('a\nb\nc\nd\n');
    fin();
    await settled();
    expect(names(under)).toBe('ab');
    under[1]?.finish();
    expect(names(under)).toBe('ac');
    under[0]?.finish();
    expect(names(under)).toBe('cd');
    for (const work of [...under]) work.finish();
    await settled();
    expect(log).toEqual(['"B"', '"A"', '"C"', '"D"', 'complete']);
  });

  it('keeps the order with a concurrency of 1', async () => {
    const { messages, say, fin } = framedWire();
    const { under, start } = bench();
    const { log } = record(boundedMergeMap(messages, start, 1));
    say('a\nb\nc\n');
    fin();
    for (let round = 0; round < 3; round += 1) {
      await settled();
      expect(under).toHaveLength(1);
      under[0]?.finish();
    }
    await settled();
    expect(log).toEqual(['"A"', '"B"', '"C"', 'complete']);
  });

  it('does not stop for work that is done at once', async () => {
    const { messages, say, fin } = framedWire();
    const { log } = record(boundedMergeMap(messages, (line, index) => [`${line}${index}`], 1));
    say('a\nb\nc\n');
    fin();
    await settled();
    expect(log).toEqual(['"a0"', '"b1"', '"c2"', 'complete']);
  });

  it('stops its work and lets the next reader go on when it is unsubscribed (rule 7)', async () => {
    const { messages, say } = framedWire();
    const { under, start } = bench();
    const { stop } = record(boundedMergeMap(messages, start, 2));
    say('a\nb\nc\n');
    await settled();
    expect(names(under)).toBe('ab');
    stop();
    const { log } = record(messages.received);
    await settled();
    expect(log).toEqual(['"c"']);
  });

  it.each<[string, () => Observable<string>]>([
    [
      'throws',
      () => {
        throw new Error('project');
      },
    ],
    ['errors', () => throwError(() => new Error('project'))],
  ])('errors when the work on a message %s, and leaves no hold behind', async (_, fails) => {
    const { messages, say } = framedWire();
    const { log } = record(boundedMergeMap(messages, fails, 1));
    say('a\nb\n');
    await settled();
    expect(log).toEqual(['Error: project']);
    const rest = record(messages.received);
    await settled();
    expect(rest.log).toEqual(['"b"']);
  });

  it('stops the work when the connection is lost', async () => {
    const { messages, connection, say } = framedWire();
    let stopped = 0;
    const { log } = record(
      boundedMergeMap(
        messages,
        () =>
          NEVER.pipe(
            tap({
              unsubscribe: () => {
                stopped += 1;
              },
            }),
          ),
        4,
      ),
    );
    say('a\nb\n');
    await settled();
    connection.abort();
    await settled();
    expect([log, stopped]).toEqual([['ERR_ABORTED'], 2]);
  });

  it('queues what a connection of plain Observables cannot hold back', () => {
    const { under, start } = bench();
    const plain = { received: of('a', 'b', 'c'), hold: () => NEVER.subscribe() };
    const { log } = record(boundedMergeMap(plain, start, 2));
    expect(names(under)).toBe('ab');
    while (under.length > 0) under[0]?.finish();
    expect(log).toEqual(['"A"', '"B"', '"C"', 'complete']);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a concurrency of %d', (concurrent) => {
    const { messages } = framedWire();
    expect(() => boundedMergeMap(messages, () => NEVER, concurrent)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
    );
  });

  it('takes every message once, in order, and never more than there are places (rules 8 and 13)', async () => {
    const step = fc.oneof(
      fc.record({ say: fc.array(fc.stringMatching(/^[a-z]{0,3}$/u), { maxLength: 8 }) }),
      fc.record({ finish: fc.nat(10) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, places) => {
          const { messages, connection, say, fin } = framedWire();
          const { under, start } = bench();
          const taken: string[] = [];
          let delivered = 0;
          let finished = 0;
          const counted = {
            received: messages.received.pipe(tap(() => (delivered += 1))),
            hold: () => messages.hold(),
          };
          const said: string[] = [];
          const project = (line: string): Observable<string> => {
            taken.push(line);
            const work = start(line);
            expect(under.length).toBeLessThanOrEqual(places);
            return work.pipe(tap({ complete: () => (finished += 1) }));
          };
          const { log } = record(boundedMergeMap(counted, project, places));
          for (const each of steps) {
            if ('say' in each) {
              said.push(...each.say);
              say(each.say.map((line) => `${line}\n`).join(''));
            } else under[each.finish % Math.max(1, under.length)]?.finish();
            await settled();
            // Nothing is queued between the connection and the work.
            expect(delivered - finished).toBeLessThanOrEqual(places);
          }
          fin();
          for (let round = 0; round <= said.length; round += 1) {
            await settled();
            under[0]?.finish();
          }
          await settled();
          expect([taken, log.at(-1)]).toEqual([said, 'complete']);
          connection.abort();
        },
      ),
      { numRuns: 50 },
    );
  });
});
