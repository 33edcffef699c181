import { Observable, ReplaySubject } from 'rxjs';
import type { Faults } from './fault.ts';
import { neverStopped, stoppedAfterFirst } from './stopping.ts';

/** When a server or a connection comes to be, and whose it is. */
export const openingFaults: Faults = {
  'binds and dials when it is called, and not when it is subscribed': {
    transport: (transport) => ({
      bind: (options) => begun(transport.bind(options)),
      connect: (endpoint, options) => begun(transport.connect(endpoint, options)),
    }),
  },
  'goes on with a bind or a dial that nobody waits for any more': {
    transport: (transport) => ({
      bind: (options) => stoppedAfterFirst(transport.bind(options)),
      connect: (endpoint, options) => stoppedAfterFirst(transport.connect(endpoint, options)),
    }),
  },
  'leaves a connection open when connect is unsubscribed': {
    transport: (transport) => ({
      connect: (endpoint, options) => neverStopped(transport.connect(endpoint, options)),
    }),
  },
  'dials for as long as it takes': {
    connectOptions: (options) => ({ ...options, connectTimeout: Infinity, signal: undefined }),
  },
};

/** As what is made of a Promise does. */
function begun<T>(source: Observable<T>): Observable<T> {
  const soFar = new ReplaySubject<T>();
  const subscription = source.subscribe(soFar);
  return new Observable((subscriber) => {
    subscriber.add(soFar.subscribe(subscriber));
    subscriber.add(subscription);
  });
}
