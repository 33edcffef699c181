import {
  catchError,
  EMPTY,
  endWith,
  finalize,
  from,
  ignoreElements,
  isObservable,
  map,
  merge,
  mergeMap,
  of,
  share,
  Subject,
  takeUntil,
  tap,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { boundedMergeMap, type Connection } from 'rxjs-net';
import { toClientPacket, type RequestPacket, type ServerPacket } from './packets.ts';

/** What the packets of a connection are answered with. */
export interface Answering {
  /** Emits the answer to a request: an Observable or an async iterable is a stream, anything else one value. */
  readonly respond: (request: RequestPacket) => ObservableInput<unknown>;
  /** What the client is told of a failure; nobody is told of one that an event has led to. */
  readonly toErr: (error: unknown) => unknown;
  /** How many requests are worked on at a time; those beyond are not read. */
  readonly concurrent: number;
}

// A mere text, as for a pattern without a handler.
const ID_IN_USE = 'The id of this request is that of one that is not answered yet: both are given up.';

/**
 * What `serve` does with a connection, with `completeOnDrain: false`.
 *
 * ```text
 * received    {id:1,pattern,data}-----------------------{id:2,…}-----{id:2,isDisposed}--------------|
 * respond     --------------------a-------b|            ----------a--!
 * sent        --------------------{id:1,…}{id:1,…}{id:1,isDisposed}--{id:2,…}------------------------|
 * draining    -----------------------------------------------------------------------x
 * sent        -----------------------------------------------------------------------{isDisposed}
 * ```
 */
export function answerPackets(
  connection: Connection<unknown, ServerPacket>,
  { respond, toErr, concurrent }: Answering,
): Observable<never> {
  const disposals = new Map<string, Subject<void>>();
  let hasRoom = true;

  // `write` costs least, and is for as long as there is room; `send` waits for it.
  const sendOne = (packet: ServerPacket): Observable<never> => {
    if (!hasRoom)
      return connection.send([packet]).pipe(
        tap({
          complete: () => {
            hasRoom = true;
          },
        }),
      );
    hasRoom = connection.write(packet);
    return EMPTY;
  };

  const fail = (id: string, err: unknown): Observable<never> =>
    // If that cannot be sent, the connection is gone.
    connection.send([{ id, err, isDisposed: true }]).pipe(catchError(() => EMPTY));

  const answer = (id: string, request: RequestPacket): Observable<never> => {
    const disposed = new Subject<void>();
    disposals.set(id, disposed);
    return from(respond(request)).pipe(
      mergeMap((result) => {
        const packets = packetsOf(id, result);
        return packets === undefined
          ? sendOne({ id, response: result, isDisposed: true })
          : connection.send(packets);
      }),
      // What the codec cannot say, or an Observable that outran its reader, ends this answer alone.
      catchError((error: unknown) => fail(id, toErr(error))),
      takeUntil(disposed),
      finalize(() => disposals.delete(id)),
    );
  };

  // Nest's own server works on both, and its client takes whatever ends first for the end of all that has this id. An error says
  // that in one packet: the id is free at both ends, and nobody works for an answer that would go to the wrong request.
  const refuseBoth = (id: string): Observable<never> => {
    disposals.get(id)?.next();
    return fail(id, ID_IN_USE);
  };

  const tell = (event: RequestPacket): Observable<never> =>
    from(respond(event)).pipe(
      ignoreElements(),
      catchError((error: unknown) => {
        toErr(error);
        return EMPTY;
      }),
    );

  const work = (message: unknown): Observable<never> => {
    const packet = toClientPacket(message);
    if (packet.isDisposed === true) disposals.get(packet.id)?.next();
    else if (packet.id !== undefined && disposals.has(packet.id)) return refuseBoth(packet.id);
    else if (packet.id !== undefined) return answer(packet.id, packet);
    else return tell(packet);
    return EMPTY;
  };

  const answers = boundedMergeMap(connection, work, concurrent).pipe(share());
  // The client ends the connection when it has its answers; what it has asked in the meantime is answered, too.
  const goAway = connection.draining.pipe(
    tap(() => connection.write({ isDisposed: true })),
    ignoreElements(),
    takeUntil(answers.pipe(ignoreElements(), endWith('it has ended'))),
  );
  return merge(answers, goAway);
}

/** The packets of a stream; undefined for a result that is one value. */
function packetsOf(id: string, result: unknown): ObservableInput<ServerPacket> | undefined {
  if (isObservable(result)) {
    return result.pipe(
      map((response) => ({ id, response })),
      endWith({ id, isDisposed: true }),
      catchError((err: unknown) => of({ id, err, isDisposed: true })),
    );
  }
  return isAsyncIterable(result) ? pulled(id, result) : undefined;
}

/** One value after the other, and each only when the client has room for it. */
async function* pulled(id: string, values: AsyncIterable<unknown>): AsyncGenerator<ServerPacket> {
  for await (const response of values) yield { id, response };
  yield { id, isDisposed: true };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
