import { createServer } from 'node:net';
import { ignoreElements, mergeMap, tap, timer, type Observable } from 'rxjs';
import { streamToRx } from 'rxjs-stream';
import { listening } from '../contenders/local-sockets.ts';
import { CONCURRENCY, WORK, type SlowConsumer } from './slow-consumer.ts';

/** RxJS' own `mergeMap`, no more than 16 at a time: the rest waits in memory, because nothing slows the socket down. */
export const rxjsStream: SlowConsumer = {
  takes: 'bytes',
  listen({ bytes }, onEnd) {
    const server = createServer((socket) => {
      const work = (chunk: Buffer): Observable<never> =>
        timer(WORK).pipe(
          tap(() => {
            bytes.take(chunk);
          }),
          ignoreElements(),
        );
      streamToRx(socket).pipe(mergeMap(work, CONCURRENCY)).subscribe({ complete: onEnd });
    });
    return listening(server);
  },
};
