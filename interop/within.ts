import { defer, firstValueFrom, throwError, timeout, type ObservableInput } from 'rxjs';

/** The first value of the input, or an error that says what was waited for in vain. */
export function within<T>(what: string, input: ObservableInput<T>, milliseconds = 10_000): Promise<T> {
  return firstValueFrom(
    defer(() => input).pipe(
      timeout({
        first: milliseconds,
        with: () => throwError(() => new Error(`waited ${milliseconds} ms in vain for ${what}`)),
      }),
    ),
  );
}
