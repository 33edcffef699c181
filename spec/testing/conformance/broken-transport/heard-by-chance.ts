import { Subject, type Observable } from 'rxjs';

/** The same without a memory: who subscribes later has missed what was before. */
export function heardByChance<T>(source: Observable<T>): Observable<T> {
  const told = new Subject<T>();
  source.subscribe(told);
  return told;
}
