import { merge, tap, type Observable } from 'rxjs';

/** The two channels of something that takes time. */
export interface Work<Begun, Ended> {
  readonly starts: Observable<Begun>;
  readonly ends: Observable<Ended>;
  /** What was told at its start: the same object. */
  readonly begunOf: (ended: Ended) => Begun;
  /** Told how long it took, in seconds. */
  readonly record: (seconds: number, ended: Ended) => void;
}

/** Takes the time between two messages of one work. The clock is monotonic: nobody sets it. */
export function workDurations<Begun extends object, Ended>({
  starts,
  ends,
  begunOf,
  record,
}: Work<Begun, Ended>): Observable<unknown> {
  const startedAt = new WeakMap<Begun, number>();
  return merge(
    starts.pipe(tap((begun) => startedAt.set(begun, performance.now()))),
    ends.pipe(
      tap((ended) => {
        const started = startedAt.get(begunOf(ended));
        // It had begun before anybody listened.
        if (started !== undefined) record((performance.now() - started) / 1000, ended);
      }),
    ),
  );
}
