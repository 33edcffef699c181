import {
  concatMap,
  defer,
  EMPTY,
  of,
  repeat,
  take,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';

/**
 * Cuts chunks into slices and works on one after the other; a slice is cut when the one before it is done, and not earlier.
 *
 * ```text
 * source             abcde-----fg|
 * nextSize           2 at each subscription
 * project(slice)     takes 2 frames each
 * eachSlice          ab-cd-e---fg-|
 * ```
 *
 * @param nextSize - emits how long the next slice is, at least 1, when that slice may go
 * @param project - what is done with a slice; it must not complete within its subscription, or the stack would grow
 */
export function eachSlice<R>(
  nextSize: Observable<number>,
  project: (slice: Buffer) => ObservableInput<R>,
): OperatorFunction<Buffer, R> {
  return concatMap((chunk) => {
    let rest = chunk;
    const one = defer(() => nextSize).pipe(
      take(1),
      concatMap((size) => {
        const slice = rest.subarray(0, size);
        rest = rest.subarray(slice.length);
        return project(slice);
      }),
    );
    return one.pipe(repeat({ delay: () => (rest.length > 0 ? of(0) : EMPTY) }));
  });
}
