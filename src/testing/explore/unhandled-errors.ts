import { config, firstValueFrom, timer } from 'rxjs';

/**
 * Gathers what subscribers throw and nobody handles while some work is done.
 *
 * RxJS reports that by a real timer, when a run in virtual time is long over; so there is one turn more to wait for it.
 *
 * @see `onUnhandledError` in the RxJS documentation of `config`
 */
export async function withUnhandledErrors<T>(work: () => Promise<T>): Promise<[T, readonly unknown[]]> {
  const errors: unknown[] = [];
  const before = config.onUnhandledError;
  config.onUnhandledError = (error: unknown) => {
    errors.push(error);
  };
  try {
    const result = await work();
    await firstValueFrom(timer(0));
    return [result, errors];
  } finally {
    config.onUnhandledError = before;
  }
}
