import { asyncScheduler, catchError, concat, EMPTY, from, map, takeUntil, timer } from 'rxjs';
import type { Faults } from './fault.ts';

/** What becomes of what is said. */
export const sendingFaults: Faults = {
  'sends at the subscription and once more': {
    connection: (connection) => ({
      send: (values) => concat(connection.send(values), connection.send(values)),
    }),
  },
  'never says that it is congested': {
    connection: ({ congested }) => ({ congested: congested.pipe(map(() => false)) }),
  },
  'pulls all of a source at once': {
    connection: (connection) => ({ send: (values) => connection.send(from(values)) }),
  },
  'says of every send that it went well': {
    connection: (connection) => ({ send: (values) => connection.send(values).pipe(catchError(() => EMPTY)) }),
  },
  'gives a send no longer than closeTimeout': {
    connection: (connection, { closeTimeout = 5_000, scheduler = asyncScheduler }) => ({
      send: (values) => connection.send(values).pipe(takeUntil(timer(closeTimeout, scheduler))),
    }),
  },
  'writes a microtask later': {
    connection: (connection) => ({
      write: (value) => {
        void Promise.resolve(value)
          .then((later) => connection.write(later))
          .catch(() => undefined);
        return true;
      },
    }),
  },
};
