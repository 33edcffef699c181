import {
  bufferCount,
  catchError,
  concat,
  defer,
  EMPTY,
  map,
  mergeMap,
  NEVER,
  of,
  ReplaySubject,
  Subscription,
  tap,
} from 'rxjs';
import type { Faults } from './fault.ts';

const LARGE = 1_000;

/** What `received` delivers, and when. */
export const readingFaults: Faults = {
  'loses the first byte of a large chunk': {
    connection: ({ received }) => ({
      received: received.pipe(map((chunk) => (chunk.length > LARGE ? chunk.subarray(1) : chunk))),
    }),
  },
  'delivers a chunk twice': {
    connection: ({ received }) => ({ received: received.pipe(mergeMap((chunk) => of(chunk, chunk))) }),
  },
  'delivers a chunk out of order': {
    connection: ({ received }) => ({
      received: received.pipe(map((chunk) => (chunk.length > LARGE ? Buffer.from(chunk).reverse() : chunk))),
    }),
  },
  'keeps a chunk until another comes': {
    connection: ({ received }) => ({
      received: received.pipe(
        bufferCount(2),
        map((chunks) => Buffer.concat(chunks)),
      ),
    }),
  },
  'reads before anybody asks, and tells all of it to everybody': {
    connection: ({ received }) => {
      const soFar = new ReplaySubject<Buffer>();
      // Not the Subject itself: what its subscribers throw would be nobody's.
      received
        .pipe(
          tap({
            next: (chunk) => {
              soFar.next(chunk);
            },
            error: (error: unknown) => {
              soFar.error(error);
            },
            complete: () => {
              soFar.complete();
            },
          }),
        )
        .subscribe({ error: () => undefined });
      return { received: soFar };
    },
  },
  'never completes received': {
    connection: ({ received }) => ({ received: concat(received, NEVER) }),
  },
  'completes received when the connection is lost': {
    connection: ({ received }) => ({ received: received.pipe(catchError(() => EMPTY)) }),
  },
  'tells the end of the peer once, and not whoever reads later': {
    connection: ({ received }) => {
      let isTold = false;
      const toldOnce = received.pipe(tap({ complete: () => (isTold = true) }));
      return { received: defer(() => (isTold ? NEVER : toldOnce)) };
    },
  },
  'ignores hold': {
    connection: () => ({ hold: () => new Subscription() }),
  },
};
