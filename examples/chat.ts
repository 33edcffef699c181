/**
 * A chat of lines: what one says, all others hear.
 *
 *   npx tsx examples/chat.ts                                    listens on 127.0.0.1:7000
 *   nc 127.0.0.1 7000                                           in two or three terminals: talk, and leave with Ctrl-D
 *   nc 127.0.0.1 7000, then Ctrl-Z                              one who does not read: the others do not notice
 *   yes | nc 127.0.0.1 7000 >/dev/null                          …not even with one who never stops talking
 *   fg                                                          the sleeper hears how much was missed, and goes on
 *
 * A room cannot wait for its slowest listener and cannot keep all that was said for it either. So whoever falls behind
 * misses lines, and is told how many.
 */
import {
  defer,
  endWith,
  filter,
  finalize,
  ignoreElements,
  map,
  mergeMap,
  Subject,
  switchMap,
  takeUntil,
  tap,
  withLatestFrom,
  type Observable,
} from 'rxjs';
import { bind, framed, lines, serve, type Connection } from 'rxjs-net';
import { fail } from './fail.ts';
import { stopSignal } from './stop-signal.ts';

const [endpoint = '127.0.0.1:7000'] = process.argv.slice(2);
const room = new Subject<{ readonly by: string; readonly text: string }>();

bind(endpoint, { until: stopSignal })
  .pipe(
    switchMap((server) => {
      console.log(`listening on ${server.endpoint}`);
      // Who leaves in the middle of a line has said it all the same.
      return server.connections.pipe(framed(lines({ unterminated: 'deliver' })), serve(chat));
    }),
  )
  .subscribe({ error: fail });

/** One guest, from joining to leaving: hears the others for as long as it may still speak. */
function chat(connection: Connection<string, string>): Observable<string> {
  const name = `guest ${connection.id}`;
  const say = (text: string): void => {
    room.next({ by: name, text });
  };
  const speaks = connection.received.pipe(
    tap((line) => {
      say(`${name}: ${line}`);
    }),
    finalize(() => {
      say(`* ${name} left`);
    }),
    ignoreElements(),
    endWith('left'),
  );
  const others = room.pipe(
    filter(({ by }) => by !== name),
    map(({ text }) => text),
  );
  say(`* ${name} joined`);
  return withoutFallingBehind(connection, others).pipe(takeUntil(speaks));
}

/** The lines that a peer has room for; the next one after those it had no room for tells how many were missed. */
function withoutFallingBehind(
  peer: Pick<Connection, 'congested'>,
  said: Observable<string>,
): Observable<string> {
  return defer(() => {
    let missed = 0;
    return said.pipe(
      withLatestFrom(peer.congested),
      mergeMap(([line, congested]) => {
        if (congested) {
          missed += 1;
          return [];
        }
        const excuse = missed > 0 ? [`* you missed ${missed} lines`] : [];
        missed = 0;
        return [...excuse, line];
      }),
    );
  });
}
