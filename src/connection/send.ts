import { first, from, Observable, takeWhile, type ObservableInput, type Subscriber } from 'rxjs';
import { errorOf, type ConnectionContext } from './connection-context.ts';
import type { Bytes, Outbound } from './outbound.ts';
import { isPromiseLike, toPullSource, type PullSource } from './pull-source.ts';
import type { Sender, Senders } from './senders.ts';

/** The parts of a connection that a send works with. */
export interface SendHost {
  readonly context: ConnectionContext;
  readonly outbound: Outbound;
  readonly senders: Senders;
}

/**
 * The cold Observable behind `Connection.send`.
 *
 * ```text
 *  pull source   next? ─▶ write ─▶ next? ─▶ write ─▶ congested … room again ─▶ next? ─▶ done ─▶ flushed ─▶ complete
 *  push source   next ──▶ write     (over maxWriteBuffer ─▶ ERR_WRITE_OVERFLOW)  complete ─▶ flushed ─▶ complete
 * ```
 */
export function send(values: ObservableInput<Bytes>, host: SendHost): Observable<never> {
  const { outbound, senders } = host;
  return new Observable((subscriber) => {
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
function push(
  values: ObservableInput<Bytes>,
  { context, outbound }: SendHost,
  subscriber: Subscriber<never>,
  exhausted: () => void,
): void {
  const { attempt, fail } = endingOnError(subscriber, context);
  // It also stops a source that emits while it is being subscribed, when there is nothing to unsubscribe yet.
  const goesOn = (value: Bytes): boolean => {
    if (subscriber.closed) return false;
    attempt(() => {
      const bytes = outbound.toBytes(value);
      if (outbound.overflows(bytes)) throw outbound.overflowError();
      outbound.write(bytes);
    });
    return !subscriber.closed;
  };
  const pushing = toObservable(values, context).pipe(takeWhile(goesOn)).subscribe({
    error: fail,
    complete: exhausted,
  });
  subscriber.add(() => {
    context.callOut(() => {
      pushing.unsubscribe();
    });
  });
}

function toObservable(values: ObservableInput<Bytes>, context: ConnectionContext): Observable<Bytes> {
  try {
    return from(values);
  } catch (cause) {
    const detail = 'send takes an Observable, Promise, iterable, async iterable or stream';
    throw errorOf(context, 'ERR_INVALID_VALUE', 'write', detail, cause);
  }
}

/** Asks the source for one value after the other, and not while the peer is behind. */
function pull(
  source: PullSource<Bytes>,
  { context, outbound }: SendHost,
  sender: Sender,
  exhausted: () => void,
): void {
  const { subscriber } = sender;
  const { attempt, fail } = endingOnError(subscriber, context);
  let asking = false;
  const cancel = (): void => {
    context.callOut(() => {
      source.cancel();
    });
  };
  subscriber.add(() => {
    // A generator that is running cannot be told to return; it is when it has given its value.
    if (!sender.exhausted && !asking) cancel();
  });
  const ask = (): ReturnType<PullSource<Bytes>['next']> => {
    asking = true;
    try {
      return source.next();
    } finally {
      asking = false;
      if (subscriber.closed) cancel();
    }
  };
  const accept = (result: IteratorResult<Bytes, unknown>): void => {
    if (subscriber.closed) return;
    if (result.done === true) exhausted();
    else outbound.write(outbound.toBytes(result.value));
  };
  // A write to a fast peer is called back in the same turn; going on at once would starve all other I/O.
  const stepLater = (): void => {
    setImmediate(step);
  };
  const step = (): void => {
    attempt(() => {
      while (!subscriber.closed && !sender.exhausted && outbound.open) {
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
  const resume = (result: IteratorResult<Bytes, unknown>): void => {
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

function endingOnError(subscriber: Subscriber<never>, { callOut }: ConnectionContext): EndingOnError {
  const fail = (error: unknown): void => {
    callOut(() => {
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
