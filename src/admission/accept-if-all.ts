import {
  concatMap,
  defaultIfEmpty,
  every,
  from,
  map,
  of,
  take,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import type { Admission } from './arrival.ts';

/**
 * Lets in whom all of these let in. They are asked in order, and after the first that refuses no other is.
 *
 * ```text
 * acceptIfAll(a, b)     a: true   b: true    in
 *                       a: false             refused, and b is not asked
 * ```
 *
 * @example
 * ```ts
 * import { acceptIfAll, denyAddresses, limitConnectionsPerAddress, limitRatePerAddress, listen, serve } from 'rxjs-net';
 *
 * listen('127.0.0.1:7000', {
 *   accept: acceptIfAll(
 *     denyAddresses(['203.0.113.0/24']),
 *     limitConnectionsPerAddress(100),
 *     limitRatePerAddress(),
 *   ),
 * })
 *   .pipe(serve((connection) => connection.received))
 *   .subscribe();
 * ```
 * @public
 */
export function acceptIfAll(...admissions: readonly Admission[]): Admission {
  return (arrival) =>
    from(admissions).pipe(
      concatMap((admission) => decision(admission(arrival))),
      every((accepted) => accepted),
    );
}

/** The first value, and false where there is none. Only `true` is a yes, whatever a caller without types may give. */
export function decision(answer: boolean | ObservableInput<boolean>): Observable<boolean> {
  const answers = typeof answer === 'boolean' ? of(answer) : from(answer);
  return answers.pipe(
    take(1),
    map((accepted: unknown) => accepted === true),
    defaultIfEmpty(false),
  );
}
