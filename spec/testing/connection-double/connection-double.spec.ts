import { expectTypeOf } from 'expect-type';
import * as fc from 'fast-check';
import {
  catchError,
  defer,
  delay,
  firstValueFrom,
  map,
  mergeMap,
  NEVER,
  of,
  retry,
  Subject,
  switchMap,
  take,
  throwError,
  timer,
  toArray,
  type Observable,
  type Subscription,
} from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import {
  backoff,
  boundedMergeMap,
  firstByteTimeout,
  framedConnection,
  holdWhile,
  idleTimeout,
  lines,
  serve,
  type Connection,
} from '../../../src/index.ts';
import {
  connectionDouble,
  type ConnectionDouble,
  type ConnectionDoubleOptions,
} from '../../../src/testing/index.ts';
import { record } from '../../wire.ts';

const bool = { t: true, f: false };
const codes = { c: 'clean', h: 'ERR_HANDLER_FAILED', r: 'ERR_CONNECTION_RESET' };

function run(test: (helpers: RunHelpers, scheduler: TestScheduler) => void): void {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
  scheduler.run((helpers) => {
    test(helpers, scheduler);
  });
}

/** The same with the code of its error in the error's place, because two errors of one message are equal to jest. */
function coded<T>(source: Observable<T>): Observable<T> {
  return source.pipe(catchError((error: unknown) => throwError(() => codeOf(error))));
}

function codeOf(error: unknown): unknown {
  return Reflect.get(Object(error) as object, 'code');
}

function text(options: ConnectionDoubleOptions<string> = {}): ConnectionDouble<string, string> {
  return connectionDouble<string, string>(options);
}

/** What `serve` says of one connection. */
function outcome(connection: Connection<string, string>, handler: Handler): Observable<string> {
  return of(connection).pipe(
    serve(handler),
    map(({ error }) => error?.code ?? 'clean'),
  );
}

type Handler = (connection: Connection<string, string>) => Observable<string>;

const upperCase: Handler = ({ received }) => received.pipe(map((word) => word.toUpperCase()));

describe('connectionDouble', () => {
  describe('shows of a handler', () => {
    it('what it answers, and that its end is the FIN of the server', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold('   --a-b-|   ') });
        expectObservable(outcome(connection, upperCase)).toBe('------(c|)', codes);
        expectObservable(connection.written).toBe('          --A-B-|   ');
      });
    });

    it('what it answers after the FIN of the peer', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold('-a-b|') });
        const joined: Handler = ({ received }) =>
          received.pipe(
            toArray(),
            delay(3),
            map((words) => words.join('')),
          );
        expectObservable(outcome(connection, joined)).toBe('-------(c|)', codes);
        expectObservable(connection.written).toBe('         -------(x|)', { x: 'ab' });
      });
    });

    it('what it answers when it begins after the FIN of the peer', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold('a|') });
        const late = cold('---x').pipe(mergeMap(() => outcome(connection, upperCase)));
        expectObservable(late).toBe('              ---c', codes);
        expectObservable(connection.written).toBe('---(A|)');
      });
    });

    it('its failure, by a reset', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold('--a-b-|') });
        const failing: Handler = ({ received }) =>
          received.pipe(
            map((word) => {
              if (word === 'b') throw new TypeError('no b');
              return word;
            }),
          );
        expectObservable(outcome(connection, failing)).toBe('----(h|)', codes);
        expectObservable(coded(connection.written)).toBe('   --a-#   ', undefined, codes.h);
      });
    });

    it('that it is told of a loss', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold('--a-#') });
        expectObservable(outcome(connection, upperCase)).toBe('----(r|)', codes);
        expectObservable(coded(connection.written)).toBe('     --A-#   ', undefined, codes.r);
      });
    });

    it('that it answers what is in flight when the server drains, and takes no more', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({
          received: cold('                               -a--b--c--   '),
          draining: cold('                               ------d      '),
        });
        const slowly: Handler = (own) => boundedMergeMap(own, (word) => of(word).pipe(delay(4)), 8);
        expectObservable(outcome(connection, slowly)).toBe('--------(c|)', codes);
        expectObservable(connection.written).toBe('         -----a--(b|)');
      });
    });

    it('the messages, by their types', () => {
      run(({ cold, expectObservable }) => {
        const received = cold('-a-b|', { a: { id: 1 }, b: { id: 2 } });
        const connection = connectionDouble<{ id: number }, { answer: number }>({ received });
        expectTypeOf(connection).toExtend<Connection<{ id: number }, { answer: number }>>();
        expectTypeOf(connectionDouble()).toExtend<Connection>();
        of(connection)
          .pipe(serve((own) => own.received.pipe(map(({ id }) => ({ answer: 10 * id })))))
          .subscribe();
        expectObservable(connection.written).toBe('-a-b|', { a: { answer: 10 }, b: { answer: 20 } });
      });
    });

    it('the frames, when it is a connection of bytes', () => {
      run(({ cold, expectObservable }) => {
        const received = cold('-a--b---|', { a: Buffer.from('on'), b: Buffer.from('e\ntwo\n') });
        const connection = connectionDouble({ received });
        const messages = framedConnection(connection, lines());
        messages.write('three');
        expectObservable(messages.received).toBe('----(ab)|', { a: 'one', b: 'two' });
        expectObservable(connection.written.pipe(map(String))).toBe('a-------|', { a: 'three\n' });
      });
    });
  });

  describe('is received', () => {
    it('from where nobody has read yet', () => {
      run(({ cold, expectObservable }) => {
        const { received } = text({ received: cold('-a-b--c-|') });
        expectObservable(received, '               --^-!    ').toBe('--ab');
        expectObservable(received, '               -----^   ').toBe('------c-|');
      });
    });

    it('by one reader at a time', () => {
      run(({ cold, expectObservable }) => {
        const { received } = text({ received: cold('        -a-b-|') });
        expectObservable(received).toBe('                    -a-b-|');
        expectObservable(coded(received), '--^ ').toBe('     --#', undefined, 'ERR_ALREADY_READING');
      });
    });

    it('by one reader after the other, also when the next comes from within', () => {
      run(({ cold, expectObservable }) => {
        const { received } = text({ received: cold('(ab)-c|') });
        const both = received.pipe(
          take(1),
          switchMap((first) => received.pipe(map((rest) => first + rest))),
        );
        expectObservable(both).toBe('x----y|', { x: 'ab', y: 'ac' });
      });
    });

    it('when it is held by nobody any more', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold('  -a-b-c----|') });
        const holds: Subscription[] = [];
        cold('                                      --(hh)     ').subscribe(() => {
          holds.push(connection.hold());
        });
        cold('                                      ----rr     ').subscribe(() => {
          holds.pop()?.unsubscribe();
        });
        expectObservable(connection.received).toBe('-a---(bc)-|');
        expectObservable(connection.holding).toBe(' f-t--f     ', bool);
      });
    });

    it('to the last value before a loss, but not before an abort', () => {
      run(({ cold, expectObservable }) => {
        const [losing, aborted] = [text({ received: cold('ab#') }), text({ received: cold('ab-') })];
        const held = [losing.hold(), aborted.hold()];
        cold('                                       ---x').subscribe(() => {
          aborted.abort(new Error('mine'));
        });
        cold('                                       -----x').subscribe(() => {
          for (const hold of held) hold.unsubscribe();
        });
        expectObservable(coded(losing.received)).toBe(' -----(ab#)', undefined, 'ERR_CONNECTION_RESET');
        expectObservable(coded(aborted.received)).toBe('---#', undefined, 'ERR_ABORTED');
      });
    });

    it('whole and in order, whoever holds, pauses and goes on in between', () => {
      const step = fc.constantFrom('value', 'hold', 'release', 'pause', 'read');
      fc.assert(
        fc.property(fc.array(step), (steps) => {
          const peer = new Subject<number>();
          const connection = connectionDouble<number>({ received: peer });
          const holds: Subscription[] = [];
          const seen: number[] = [];
          let sent = 0;
          let reader: Subscription | undefined;
          const act = {
            value: () => {
              peer.next((sent += 1));
            },
            hold: () => holds.push(connection.hold()),
            release: () => holds.pop()?.unsubscribe(),
            pause: () => {
              reader?.unsubscribe();
              reader = undefined;
            },
            read: () => {
              reader ??= connection.received.subscribe((value) => {
                expect(holds).toEqual([]);
                seen.push(value);
              });
            },
          };
          for (const each of steps) act[each]();
          while (holds.length > 0) act.release();
          act.read();
          expect(seen).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
        }),
      );
    });

    it('one after the other, also what comes from within', () => {
      const peer = new Subject<string>();
      const log: string[] = [];
      text({ received: peer }).received.subscribe((word) => {
        log.push(`${word} begins`);
        if (word === 'a') peer.next('b');
        log.push(`${word} ends`);
      });
      peer.next('a');
      expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    });

    it('by for await, which holds it in between', async () => {
      const peer = new Subject<string>();
      const connection = text({ received: peer });
      const { log } = record(connection.holding);
      const reading = connection[Symbol.asyncIterator]();
      const first = reading.next();
      peer.next('a');
      peer.next('b');
      expect(await first).toEqual({ done: false, value: 'a' });
      expect(log).toEqual(['false', 'true']);
      expect(await reading.next()).toEqual({ done: false, value: 'b' });
    });
  });

  describe('is written to', () => {
    it('by write, which says whether there is room', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ congested: cold('     --t--f  ', bool) });
        const hasRoom = cold('                           -a-b--c').pipe(
          map((word) => connection.write(word)),
        );
        expectObservable(hasRoom).toBe('                 -t-f--t', bool);
        expectObservable(connection.written).toBe('      -a-b--c');
        expectObservable(connection.congested).toBe('    f-t--f ', bool);
      });
    });

    it('by send, which pulls while there is room, and completes when the peer has taken all', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ congested: cold('          t-f----t-f', bool) });
        expectObservable(connection.send(['a', 'b'])).toBe('       --|        ');
        expectObservable(connection.send(cold('------c-|'))).toBe('---------|');
        expectObservable(connection.written).toBe('                --(ab)c    ');
      });
    });

    it('with bytes as they are at that moment, as Buffers if they are', () => {
      const connection = connectionDouble();
      const [buffer, array] = [Buffer.from('abc'), Uint8Array.of(1, 2)];
      connection.write(buffer);
      connection.write(array);
      buffer.fill('x');
      array.fill(9);
      const written: unknown[] = [];
      connection.written.subscribe((value) => written.push(value));
      expect(written).toStrictEqual([Buffer.from('abc'), Uint8Array.of(1, 2)]);
    });

    it('by a push that outruns the peer up to maxWriteBuffer, and no further', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ congested: cold('              t----f--t', bool), maxWriteBuffer: 3 });
        expectObservable(coded(connection.send(cold('-a-(bcd)')))).toBe(
          '---#',
          undefined,
          'ERR_WRITE_OVERFLOW',
        );
        expectObservable(coded(connection.send(cold('-------abc---(de)')))).toBe(
          '                                                -------------#',
          undefined,
          'ERR_WRITE_OVERFLOW',
        );
        expectObservable(connection.written).toBe('                     -a-(bc)abc---d');
      });
    });

    it('by write up to maxWriteBuffer, and is aborted past it', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ congested: of(true), maxWriteBuffer: 6 });
        const sent = cold('a-b-c', { a: 'longer than six', b: 'b', c: 'c' }).pipe(
          map((word) => connection.write(word)),
        );
        expectObservable(sent).toBe('               f-f-f', bool);
        expectObservable(coded(connection.received)).toBe('--#', undefined, 'ERR_WRITE_OVERFLOW');
        const summary = connection.closed.pipe(
          map(({ bytesWritten, bytesDiscarded }) => [bytesWritten, bytesDiscarded]),
        );
        expectObservable(summary).toBe('--(s|)', { s: [0, 15] });
      });
    });

    it('not after end, and says so', () => {
      run(({ cold, expectObservable }) => {
        const connection = text();
        const late = cold('--x').pipe(mergeMap(() => of(connection.write('no'))));
        cold('               -x').subscribe(() => {
          connection.end();
        });
        expectObservable(late).toBe('--f', bool);
        expectObservable(coded(connection.send(NEVER))).toBe('-#', undefined, 'ERR_CLOSED');
        expectObservable(coded(connection.send(['no'])), '---^').toBe('---#', undefined, 'ERR_CLOSED');
        expectObservable(connection.written).toBe('-|');
      });
    });

    it('until it is lost, which is told to send', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold('  --#') });
        expectObservable(coded(connection.send(cold('-a')))).toBe('--#', undefined, 'ERR_CONNECTION_RESET');
        expectObservable(coded(connection.written)).toBe('  -a#', undefined, 'ERR_CONNECTION_RESET');
      });
    });

    it('until the peer of a dialled one ends', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ role: 'dialled', received: cold('--|') });
        expectObservable(coded(connection.send(cold('-a')))).toBe(
          '                                         --#',
          undefined,
          'ERR_PEER_ENDED',
        );
        expectObservable(connection.written).toBe('       -a|');
        expectObservable(connection.closed.pipe(map(({ duration }) => duration))).toBe('--(d|)', { d: 2 });
      });
    });
  });

  describe('tells', () => {
    it('its traffic, in bytes, and its end', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold('    -a--b-|   ', { a: 'four', b: 'é' }) });
        const traffic = connection.traffic.pipe(map(({ bytesRead }) => bytesRead));
        const closed = connection.closed.pipe(
          map(({ error, ...summary }) => ({ ...summary, code: error?.code })),
        );
        connection.write('ab');
        expectObservable(traffic).toBe('              0a--b-|   ', { 0: 0, a: 4, b: 6, c: 6 });
        expectObservable(closed).toBe('               ------(s|)', {
          s: {
            bytesRead: 6,
            bytesWritten: 2,
            bytesDiscarded: 0,
            writesRefused: 0,
            duration: 6,
            code: undefined,
          },
        });
        expectObservable(connection.received).toBe('  -a--b-|   ', { a: 'four', b: 'é' });
      });
    });

    it('the first call of draining to whoever asks later', () => {
      run(({ cold, expectObservable }) => {
        const { draining } = text({ draining: cold('--d-d') });
        expectObservable(draining.pipe(map(() => 'd')), '----^').toBe('----(d|)');
        const ended = text({ received: cold('       -| ') });
        expectObservable(ended.received).toBe('     -| ');
        expectObservable(ended.draining).toBe('     -| ');
      });
    });

    it.each(['accepted', 'dialled'] as const)('that it was aborted, though nobody reads: %s', (role) => {
      const outside = new Subject<never>();
      const connection = text({ role, received: outside, congested: outside, draining: outside });
      const closed = record(connection.closed.pipe(map(({ error }) => error?.code)));
      connection.abort();
      expect(closed.log).toEqual(['"ERR_ABORTED"', 'complete']);
      expect(outside.observed).toBe(false);
    });

    it('by a Promise when it is closed, and answers close at once', async () => {
      const connection = text({ received: NEVER });
      const heard = firstValueFrom(connection.written.pipe(toArray()));
      connection.write('bye');
      expect(await connection.close()).toMatchObject({ bytesWritten: 3, writesRefused: 0 });
      expect(await heard).toEqual(['bye']);
      expect(connection.write('late')).toBe(false);
      expect(await connection.close()).toMatchObject({ writesRefused: 1 });
      expect(record(connection.received).log).toEqual(['ERR_CLOSED']);
    });
  });

  it('refuses options that it cannot follow', () => {
    expect(() => text({ role: 'server' as 'accepted' })).toThrow(
      'role is server; it takes accepted, dialled',
    );
    expect(() => text({ maxWriteBuffer: -1 })).toThrow('maxWriteBuffer is -1');
  });

  describe('works with', () => {
    it('idleTimeout', () => {
      run(({ cold, expectObservable }, scheduler) => {
        const connection = text({ received: cold('-a-b---------') });
        cold('                                    ------w      ').subscribe(() => {
          connection.write('still here');
        });
        const reading = of(connection).pipe(
          idleTimeout(5, scheduler),
          mergeMap(({ received }) => received),
        );
        expectObservable(coded(reading)).toBe('   -a-b-------#', undefined, 'ERR_IDLE_TIMEOUT');
      });
    });

    it('firstByteTimeout', () => {
      run(({ cold, expectObservable }, scheduler) => {
        const [silent, early] = [text(), text({ received: cold('--a') })];
        of(silent, early).pipe(firstByteTimeout(4, scheduler)).subscribe();
        expectObservable(coded(silent.received)).toBe('----#', undefined, 'ERR_FIRST_BYTE_TIMEOUT');
        expectObservable(early.received).toBe('         --a');
      });
    });

    it('boundedMergeMap', () => {
      run(({ cold, expectObservable }) => {
        const connection = text({ received: cold(' ab----------|') });
        const work = boundedMergeMap(connection, (word) => of(word).pipe(delay(4)), 1);
        expectObservable(work).toBe('              ----a---b---|');
        expectObservable(connection.holding).toBe('t---(ft)f    ', bool);
      });
    });

    it('holdWhile', () => {
      run(({ cold, expectObservable }) => {
        const client = text({ received: cold('    a-b-c---|') });
        const server = text({ congested: cold('   -t---f---', bool) });
        server.send(holdWhile(client, server.congested)).subscribe();
        expectObservable(server.written).toBe('   a----(bc)');
        expectObservable(client.holding).toBe('   ft---f', bool);
      });
    });

    it('retry and backoff', () => {
      run(({ cold, expectObservable }, scheduler) => {
        const dials = ['-a#', '-b|'];
        const dial = defer(() => of(text({ role: 'dialled', received: cold(dials.shift() ?? '#') })));
        const client = dial.pipe(
          switchMap(({ received }) => received),
          retry({ delay: backoff({ initial: 3, jitter: 0, scheduler }) }),
        );
        expectObservable(client).toBe('-a----b|');
      });
    });

    it('a clock of its own', () => {
      run((_, scheduler) => {
        const connection = text({ scheduler: { now: () => 10 * scheduler.now() } });
        timer(7, scheduler).subscribe(() => void connection.close());
        let duration: number | undefined;
        connection.closed.subscribe((summary) => ({ duration } = summary));
        scheduler.flush();
        expect(duration).toBe(70);
      });
    });
  });
});
