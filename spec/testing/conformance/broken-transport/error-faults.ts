import { catchError, EMPTY, tap, throwError, type Observable } from 'rxjs';
import { TransportError } from '../../../../src/index.ts';
import type { Faults } from './fault.ts';

/** What is told of a failure. */
export const errorFaults: Faults = {
  'errs with whatever it comes upon': {
    transport: (transport) => ({
      connect: (endpoint, options) => unexplained(transport.connect(endpoint, options)),
    }),
    connection: (connection) => ({
      received: unexplained(connection.received),
      send: (values) => unexplained(connection.send(values)),
    }),
  },
  'prints what it failed with': {
    connection: ({ received }) => ({
      received: received.pipe(
        tap({
          error: (error: unknown) => {
            console.error(error);
          },
        }),
      ),
    }),
  },
  'completes connect whatever has happened': {
    transport: (transport) => ({
      connect: (endpoint, options) => transport.connect(endpoint, options).pipe(catchError(() => EMPTY)),
    }),
  },
};

/** What is no error of ours, such as that of a source, is left as it is. */
function unexplained<T>(source: Observable<T>): Observable<T> {
  return source.pipe(
    catchError((error: unknown) =>
      throwError(() => (TransportError.is(error) ? new Error(error.code) : error)),
    ),
  );
}
