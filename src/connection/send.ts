import { first, from, Observable, type ObservableInput, type Subscriber } from 'rxjs';
import { TransportError } from '../errors/transport-error.ts';
import { toBytes, type Bytes, type Outbound } from './outbound.ts';
import { isPromiseLike, toPullSource, type PullSource } from './pull-source.ts';
import type { Sender, Senders } from './senders.ts';

/**
 * The cold Observable behind `Connection.send`.
 *
 * ```text
 *  pull source   next? ─▶ write ─▶ next? ─▶ write ─▶ congested … room again ─▶ next? ─▶ done ─▶ flushed ─▶ complete
 *  push source   next ──▶ write     (over maxWriteBuffer ─▶ ERR_WRITE_OVERFLOW)  complete ─▶ flushed ─▶ complete
 * ```
 */
export function send(
  values: ObservableInput<Bytes>,
  outbound: Outbound,
  senders: Senders,
): Observable<never> {
  return new Observable((subscriber) => {
    if (!outbound.open) {
      subscriber.error(outbound.closedError());
      return;
    }
    const sender: Sender = { subscriber, exhausted: false };
    senders.add(sender);
    const exhausted = (): void => {
      sender.exhausted = true;
      outbound.completeWhenFlushed(subscriber);
    };
    const source = toPullSource(values);
    if (source === undefined) push(values, outbound, subscriber, exhausted);
    else pull(source, outbound, sender, exhausted);
  });
}

/** A push source cannot be slowed down, so what it makes us buffer is bounded. */
function push(
  values: ObservableInput<Bytes>,
  outbound: Outbound,
  subscriber: Subscriber<never>,
  exhausted: () => void,
): void {
  subscriber.add(
    toObservable(values, outbound).subscribe({
      next: (value) => {
        attempt(subscriber, () => {
          const bytes = toBytes(value, outbound.remote);
          if (outbound.overflows(bytes)) throw outbound.overflowError();
          outbound.write(bytes);
        });
      },
      error: (error: unknown) => {
        subscriber.error(error);
      },
      complete: exhausted,
    }),
  );
}

function toObservable(values: ObservableInput<Bytes>, outbound: Outbound): Observable<Bytes> {
  try {
    return from(values);
  } catch (cause) {
    const detail = 'send takes an Observable, Promise, iterable, async iterable or stream';
    throw new TransportError('ERR_INVALID_VALUE', {
      phase: 'write',
      endpoint: outbound.remote,
      detail,
      cause,
    });
  }
}

/** Asks the source for one value after the other, and not while the peer is behind. */
function pull(source: PullSource<Bytes>, outbound: Outbound, sender: Sender, exhausted: () => void): void {
  const { subscriber } = sender;
  subscriber.add(() => {
    if (!sender.exhausted) source.cancel();
  });
  const accept = (result: IteratorResult<Bytes, unknown>): void => {
    if (result.done === true) exhausted();
    else outbound.write(toBytes(result.value, outbound.remote));
  };
  // A write to a fast peer is called back in the same turn; going on at once would starve all other I/O.
  const stepLater = (): void => {
    setImmediate(step);
  };
  const step = (): void => {
    attempt(subscriber, () => {
      while (!subscriber.closed && !sender.exhausted && outbound.open) {
        if (outbound.isCongested) {
          subscriber.add(outbound.congested.pipe(first((congested) => !congested)).subscribe(stepLater));
          return;
        }
        const result = source.next();
        if (isPromiseLike(result)) {
          result.then(resume, fail);
          return;
        }
        accept(result);
      }
    });
  };
  const resume = (result: IteratorResult<Bytes, unknown>): void => {
    if (subscriber.closed) return;
    attempt(subscriber, () => {
      accept(result);
    });
    step();
  };
  const fail = (error: unknown): void => {
    subscriber.error(error);
  };
  step();
}

/** Runs what may throw because of the source, and ends the send alone if it does. */
function attempt(subscriber: Subscriber<never>, action: () => void): void {
  try {
    action();
  } catch (error) {
    subscriber.error(error);
  }
}
