import { connect, framed, jsonLines } from 'rxjs-net';
import { bound } from '../contenders/bound.ts';
import { answer, Pending, type Request, type Response } from './messages.ts';
import { PATTERN, type RequestContender } from './requester.ts';

/** JSON lines, and a table of what waits for its answer. */
export const rxjsNet: RequestContender = {
  listen: () =>
    bound(({ connections }) => {
      connections.pipe(framed(jsonLines<Request, Response>())).subscribe((connection) => {
        connection.received.subscribe({
          next: (request) => {
            connection.write(answer(request));
          },
          // A client that was killed at the end of its run.
          error: () => undefined,
        });
      });
    }),
  dial(port) {
    return new Promise((resolve, reject) => {
      connect(`127.0.0.1:${port}`)
        .pipe(framed(jsonLines<Response, Request>()))
        .subscribe({
          next: (connection) => {
            const pending = new Pending();
            connection.received.subscribe((response) => {
              pending.settle(response);
            });
            resolve({
              request: (data, onAnswer) => {
                connection.write({ id: pending.add(onAnswer), pattern: PATTERN, data });
              },
            });
          },
          error: reject,
        });
    });
  },
};
