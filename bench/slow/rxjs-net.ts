import { ignoreElements, tap, timer, type Observable } from 'rxjs';
import { boundedMergeMap, framed, lengthPrefixed } from 'rxjs-net';
import { bound } from '../contenders/bound.ts';
import { CONCURRENCY, takeSlowly, WORK, type SlowConsumer } from './slow-consumer.ts';

/** `for await` over a connection. */
export const pulling: SlowConsumer = {
  takes: 'bytes',
  listen: ({ bytes }, onEnd) =>
    bound(({ connections }) => {
      connections.subscribe((connection) => {
        void takeSlowly(connection, bytes).then(onEnd);
      });
    }),
};

/** Messages, no more than 16 of them at a time. */
export const bounded: SlowConsumer = {
  takes: 'messages',
  listen: ({ messages }, onEnd) =>
    bound(({ connections }) => {
      const work = (message: Uint8Array): Observable<never> =>
        timer(WORK).pipe(
          tap(() => messages.take(message)),
          ignoreElements(),
        );
      connections.pipe(framed(lengthPrefixed())).subscribe((connection) => {
        boundedMergeMap(connection, work, CONCURRENCY).subscribe({ complete: onEnd });
      });
    }),
};
