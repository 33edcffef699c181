import { connect, endWith, ignoreElements, merge, takeUntil, type Observable } from 'rxjs';

/**
 * What is said besides, for as long as something lasts.
 *
 * ```text
 * main                  --a-----b--|
 * aside                 ----x---------y
 * during(main, aside)   --a-x---b--|
 * ```
 */
export function during<T>(main: Observable<T>, aside: Observable<T>): Observable<T> {
  return main.pipe(
    connect((shared) => merge(shared, aside.pipe(takeUntil(shared.pipe(ignoreElements(), endWith(0)))))),
  );
}
