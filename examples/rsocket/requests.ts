import type { OnExtensionSubscriber, OnTerminalSubscriber, Payload, RSocket } from 'rsocket-core';
import { asyncScheduler, Observable, type Subscriber } from 'rxjs';

// How much of an iterator is said in one turn of the event loop: the other side may ask for all, and there may be no end of it.
const SAID_IN_A_TURN = 128;

/** Asks when it is subscribed; to unsubscribe is to cancel. */
export function requestResponse(rsocket: RSocket, payload: Payload): Observable<Payload> {
  return new Observable((subscriber) => {
    const request = rsocket.requestResponse(payload, {
      ...ends(subscriber),
      onNext: (answer) => {
        subscriber.next(answer);
        subscriber.complete();
      },
    });
    return () => {
      request.cancel();
    };
  });
}

/** Lets the other side send so many answers, and as many again when they have come. */
export function requestStream(rsocket: RSocket, payload: Payload, atATime: number): Observable<Payload> {
  return new Observable((subscriber) => {
    const stream = rsocket.requestStream(payload, atATime, {
      ...ends(subscriber),
      onNext: delivery(subscriber, atATime, (n) => {
        stream.request(n);
      }),
    });
    return () => {
      stream.cancel();
    };
  });
}

/** The same, and what is said is taken from an iterator when the other side asks for it. */
export function requestChannel(
  rsocket: RSocket,
  payloads: Iterable<Payload>,
  atATime: number,
): Observable<Payload> {
  return new Observable((subscriber) => {
    const iterator = payloads[Symbol.iterator]();
    const first = iterator.next();
    // A channel begins with a payload.
    if (first.done === true) {
      subscriber.complete();
      return undefined;
    }
    let isTold = false;
    let demand = 0;
    const say = (): void => {
      for (let turn = SAID_IN_A_TURN; turn > 0 && demand > 0 && !isTold; turn -= 1) {
        demand -= 1;
        const next = iterator.next();
        isTold = next.done === true;
        if (next.done === true) channel.onComplete();
        else channel.onNext(next.value, false);
      }
      if (demand > 0 && !isTold) asyncScheduler.schedule(say);
    };
    const channel = rsocket.requestChannel(first.value, atATime, false, {
      ...ends(subscriber),
      onNext: delivery(subscriber, atATime, (n) => {
        channel.request(n);
      }),
      request: (n) => {
        const isSaying = demand > 0;
        demand += n;
        if (!isSaying) say();
      },
      cancel: () => {
        isTold = true;
      },
    });
    return () => {
      channel.cancel();
    };
  });
}

/** Tells when all that was asked for has come, and more may. */
function delivery(
  subscriber: Subscriber<Payload>,
  atATime: number,
  request: (n: number) => void,
): (payload: Payload, isLast: boolean) => void {
  let missing = atATime;
  return (payload, isLast) => {
    subscriber.next(payload);
    missing -= 1;
    if (isLast) {
      subscriber.complete();
    } else if (missing === 0) {
      missing = atATime;
      request(atATime);
    }
  };
}

function ends(subscriber: Subscriber<Payload>): OnTerminalSubscriber & OnExtensionSubscriber {
  return {
    onError: (error) => {
      subscriber.error(error);
    },
    onComplete: () => {
      subscriber.complete();
    },
    onExtension: () => undefined,
  };
}
