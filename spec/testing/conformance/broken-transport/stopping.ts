import { Observable } from 'rxjs';

/** The same, and unsubscribing from it does nothing. */
export function neverStopped<T>(source: Observable<T>): Observable<T> {
  return stoppedIf(source, () => false);
}

/** The same, and unsubscribing from it does nothing before there is a value. */
export function stoppedAfterFirst<T>(source: Observable<T>): Observable<T> {
  return stoppedIf(source, (hasEmitted) => hasEmitted);
}

function stoppedIf<T>(source: Observable<T>, mayStop: (hasEmitted: boolean) => boolean): Observable<T> {
  return new Observable((subscriber) => {
    let hasEmitted = false;
    // Not the subscriber itself, which would stop the source when it is stopped.
    const subscription = source.subscribe({
      next: (value) => {
        hasEmitted = true;
        subscriber.next(value);
      },
      error: (error: unknown) => {
        subscriber.error(error);
      },
      complete: () => {
        subscriber.complete();
      },
    });
    return () => {
      if (mayStop(hasEmitted)) subscription.unsubscribe();
    };
  });
}
