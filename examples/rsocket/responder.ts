import type { OnNextSubscriber, OnTerminalSubscriber, Payload, RSocket } from 'rsocket-core';

type Subscriber = OnTerminalSubscriber & OnNextSubscriber;

/** What a server answers: `hello` to a name, the numbers up to one, and each number of a channel doubled. */
export function numbers(log: (text: string) => void): Partial<RSocket> {
  return {
    requestResponse: ({ data }, subscriber) => {
      subscriber.onNext(payload(`hello ${textOf(data)}`), true);
      return { cancel: () => undefined, onExtension: () => undefined };
    },
    requestStream: ({ data }, initialRequestN, subscriber) => {
      const counting = count(Number(textOf(data)), subscriber);
      counting.request(initialRequestN);
      return { ...counting, onExtension: () => undefined };
    },
    requestChannel: ({ data }, initialRequestN, isCompleted, subscriber) => {
      const double = (number: Payload['data'], isLast: boolean): void => {
        subscriber.onNext(payload(String(2 * Number(textOf(number)))), isLast);
      };
      double(data, isCompleted);
      // One for one: the other side may send as many as it lets this side answer.
      if (initialRequestN > 1) subscriber.request(initialRequestN - 1);
      return {
        request: (n) => {
          subscriber.request(n);
        },
        onNext: (next, isLast) => {
          double(next.data, isLast);
        },
        onComplete: () => {
          subscriber.onComplete();
        },
        onError: () => undefined,
        cancel: () => undefined,
        onExtension: () => undefined,
      };
    },
    fireAndForget: ({ data }) => {
      log(`told of ${textOf(data)}`);
      return { cancel: () => undefined };
    },
  };
}

/** Counts up to `last`, and no further than it was asked to. */
function count(last: number, subscriber: Subscriber): { request(n: number): void; cancel(): void } {
  let next = 1;
  let demand = 0;
  return {
    request: (n) => {
      demand += n;
      for (; demand > 0 && next <= last; demand -= 1, next += 1) {
        subscriber.onNext(payload(String(next)), next === last);
      }
    },
    cancel: () => {
      // Compares with nothing, not even where it counts up to Infinity.
      next = NaN;
    },
  };
}

export function payload(text: string): Payload {
  return { data: Buffer.from(text) };
}

export function textOf(data: Payload['data']): string {
  return data?.toString() ?? '';
}
