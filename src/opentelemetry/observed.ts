import type { BatchObservableCallback, Meter, Observable as Instrument } from '@opentelemetry/api';
import { Observable } from 'rxjs';

/** Has these instruments observed together whenever they are collected, while it is subscribed. */
export function observed(
  meter: Meter,
  instruments: Instrument[],
  observe: BatchObservableCallback,
): Observable<never> {
  return new Observable((subscriber) => {
    subscriber.add(() => {
      meter.removeBatchObservableCallback(observe, instruments);
    });
    meter.addBatchObservableCallback(observe, instruments);
  });
}
