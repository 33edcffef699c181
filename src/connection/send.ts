import { first, from, Observable, takeWhile, type ObservableInput, type Subscriber } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import type { Encode } from '../framing/byte-sink.ts';
import { callOut, errorOf, type ConnectionContext } from './connection-context.ts';
import { isPromiseLike, toPullSource, type PullSource } from './pull-source.ts';
import type { Sender, Senders } from './senders.ts';

/** Where a send puts its values: the outbound side of a connection. */
export interface SendTarget {
  readonly open: boolean;
  readonly isCongested: boolean;
  readonly congested: Observable<boolean>;
  /** All bytes that were ever accepted. */
  readonly accepted: number;
  /** Values that came when it was not open any more. */
  refused: number;
  /** @returns false for a bounded one that it has no room for */
  put<Out>(value: Out, encode: Encode<Out>, bounded: boolean): boolean;
  completeWhenFlushed(subscriber: Subscriber<never>): void;
  /** Runs what is to go on in the next turn of the event loop. */
  later(task: () => void): void;
  overflowError(): TransportError;
  closedError(): TransportError;
}

/** The parts of a connection that a send of some kind of values works with. */
export interface SendHost<Out> {
  readonly context: ConnectionContext;
  readonly outbound: SendTarget;
  readonly senders: Senders;
  readonly encode: Encode<Out>;
}

/**
 * The cold Observable behind `Connection.send`.
 *
 * ```text
 *  pull source   next? ─▶ write ─▶ next? ─▶ write ─▶ congested … room again ─▶ next? ─▶ done ─▶ flushed ─▶ complete
 *  push source   next ──▶ write     (over maxWriteBuffer ─▶ ERR_WRITE_OVERFLOW)  complete ─▶ flushed ─▶ complete
 * ```
 */
export function send<Out>(values: ObservableInput<Out>, host: SendHost<Out>): Observable<never> {
  return new Observable((subscriber) => {
    const { outbound, senders } = host;
    if (!outbound.open) {
      subscriber.error(outbound.closedError());
      return;
    }
    const sender: Sender = { subscriber, exhausted: false };
    senders.add(sender);
    const exhausted = (): void => {
      if (subscriber.closed) return;
      sender.exhausted = true;
      outbound.completeWhenFlushed(subscriber);
    };
    const source = toPullSource(values);
    if (source === undefined) push(values, host, subscriber, exhausted);
    else pull(source, host, sender, exhausted);
  });
}

/** A push source cannot be slowed down, so what it makes us buffer is bounded. */
function push<Out>(
  values: ObservableInput<Out>,
  { context, outbound, encode }: SendHost<Out>,
  subscriber: Subscriber<never>,
  exhausted: () => void,
): void {
  const { fail } = endingOnError(subscriber, context);
  // It also stops a source that emits while it is being subscribed, when there is nothing to unsubscribe yet.
  const goesOn = (value: Out): boolean => {
    if (subscriber.closed) return false;
    try {
      if (!outbound.open) outbound.refused += 1;
      else if (!outbound.put(value, encode, true)) fail(outbound.overflowError());
    } catch (error) {
      fail(error);
    }
    return !subscriber.closed;
  };
  const pushing = toObservable(values, context).pipe(takeWhile(goesOn)).subscribe({
    error: fail,
    complete: exhausted,
  });
  subscriber.add(() => {
    callOut(context, () => {
      pushing.unsubscribe();
    });
  });
}

function toObservable<Out>(values: ObservableInput<Out>, context: ConnectionContext): Observable<Out> {
  try {
    return from(values);
  } catch (cause) {
    const detail = 'send takes an Observable, Promise, iterable, async iterable or stream';
    throw errorOf(context, 'ERR_INVALID_VALUE', 'write', detail, cause);
  }
}

// How much one turn of the event loop takes of a source that always has more, for a peer that always has room: going on
// would starve all other I/O.
const ENOUGH_BYTES = 256 * 1024;
const ENOUGH_VALUES = 1024;

/** Asks the source for one value after the other, and not while the peer is behind. */
function pull<Out>(
  source: PullSource<Out>,
  { context, outbound, encode }: SendHost<Out>,
  sender: Sender,
  exhausted: () => void,
): void {
  const { subscriber } = sender;
  const { attempt, fail } = endingOnError(subscriber, context);
  let asking = false;
  const cancel = (): void => {
    callOut(context, () => {
      source.cancel();
    });
  };
  subscriber.add(() => {
    // A generator that is running cannot be told to return; it is when it has given its value.
    if (!sender.exhausted && !asking) cancel();
  });
  const ask = (): ReturnType<PullSource<Out>['next']> => {
    asking = true;
    try {
      return source.next();
    } finally {
      asking = false;
      if (subscriber.closed) cancel();
    }
  };
  const accept = (result: IteratorResult<Out, unknown>): void => {
    if (subscriber.closed) return;
    if (result.done === true) exhausted();
    else if (outbound.open) outbound.put(result.value, encode, false);
    else outbound.refused += 1;
  };
  // Over all the steps of a turn: a Promise that is kept already goes on in a microtask, of which a turn has no end.
  let enough = outbound.accepted + ENOUGH_BYTES;
  let values = 0;
  const stepLater = (): void => {
    outbound.later(() => {
      enough = outbound.accepted + ENOUGH_BYTES;
      values = 0;
      step();
    });
  };
  const step = (): void => {
    attempt(() => {
      while (!subscriber.closed && !sender.exhausted && outbound.open) {
        if (outbound.accepted >= enough || values >= ENOUGH_VALUES) {
          stepLater();
          return;
        }
        values += 1;
        if (outbound.isCongested) {
          subscriber.add(outbound.congested.pipe(first((congested) => !congested)).subscribe(stepLater));
          return;
        }
        const result = ask();
        if (isPromiseLike(result)) {
          result.then(resume, fail);
          return;
        }
        accept(result);
      }
    });
  };
  const resume = (result: IteratorResult<Out, unknown>): void => {
    attempt(() => {
      accept(result);
    });
    step();
  };
  step();
}

interface EndingOnError {
  /** Ends the send with an error of its source. */
  readonly fail: (error: unknown) => void;
  /** Runs what may throw because of the source, and ends the send alone if it does. */
  readonly attempt: (action: () => void) => void;
}

function endingOnError(subscriber: Subscriber<never>, context: ConnectionContext): EndingOnError {
  const fail = (error: unknown): void => {
    callOut(context, () => {
      subscriber.error(error);
    });
  };
  const attempt = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      fail(error);
    }
  };
  return { fail, attempt };
}
