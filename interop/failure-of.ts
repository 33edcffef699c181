import { filter, materialize, type Observable } from 'rxjs';
import { TransportError } from '../src/index.ts';
import { within } from './within.ts';

/** The error that a stream ends with; fails when it completes instead. */
export async function failureOf(stream: Observable<unknown>, milliseconds?: number): Promise<TransportError> {
  const end = stream.pipe(
    materialize(),
    filter(({ kind }) => kind !== 'N'),
  );
  const notification = await within('the failure of a stream', end, milliseconds);
  if (notification.kind === 'E' && TransportError.is(notification.error)) return notification.error;
  throw new Error(`expected a TransportError, but the stream ended with ${JSON.stringify(notification)}`);
}
