import type { Bytes } from '../../framing/bytes.ts';
import type { ConnectionDouble, ConnectionDoubleOptions } from './connection-double-options.ts';
import { DoubleConnection } from './double-connection.ts';

/**
 * A connection out of marble Observables, for tests of handlers: no socket, no time but that of the marbles.
 *
 * ```text
 * received: cold('--a-b-|')          what the peer says, from the moment that the double is made
 * handler                            each value in capitals
 * double.written    --A-B-|          what the peer hears; | is FIN, # is an abort
 * ```
 *
 * It keeps the rules of a `Connection`: `received` has one reader at a time, is kept until somebody reads and while reading
 * is held, and goes on where the last reader left; `send` pulls only while the peer is not congested, and what is pushed meanwhile
 * is bounded by `maxWriteBuffer`; bytes are copied when they are written; half-close is as its role says; `traffic` and `closed`
 * follow from what happens.
 *
 * Messages as well as bytes go through it, as with a framed connection: what is neither text nor bytes counts as one byte, and is
 * not refused with `ERR_INVALID_VALUE`, because a double does not know which of the two it stands for.
 *
 * All of it is synchronous, which a real connection is not: what is written has been sent, and the peer answers `close` at once.
 * For what is between the two, see {@link memoryTransport}.
 *
 * Errors: `ERR_INVALID_OPTION`; those of a `Connection` in `received`, `send` and `written`.
 *
 * @typeParam In - what is received
 * @typeParam Out - what can be sent
 * @example
 * ```ts
 * import { deepStrictEqual } from 'node:assert/strict';
 * import { serve } from 'rxjs-net';
 * import { connectionDouble } from 'rxjs-net/testing';
 * import { map, of } from 'rxjs';
 * import { TestScheduler } from 'rxjs/testing';
 *
 * const scheduler = new TestScheduler(deepStrictEqual);
 * scheduler.run(({ cold, expectObservable }) => {
 *   const connection = connectionDouble<string, string>({ received: cold('--a-b-|') });
 *   of(connection)
 *     .pipe(serve(({ received }) => received.pipe(map((text) => text.toUpperCase()))))
 *     .subscribe();
 *   expectObservable(connection.written).toBe('--A-B-|');
 * });
 * ```
 * @public
 */
export function connectionDouble<In = Buffer, Out = Bytes>(
  options: ConnectionDoubleOptions<In> = {},
): ConnectionDouble<In, Out> {
  return new DoubleConnection<In, Out>(options);
}
