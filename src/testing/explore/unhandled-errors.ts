import { config, firstValueFrom, timer } from 'rxjs';

// The handler of RxJS is one for the whole process: with two runs at once, nobody could tell whose error it is told of.
let last: Promise<unknown> = Promise.resolve();

/**
 * Gathers what subscribers throw and nobody handles while some work is done; one piece of work after the other.
 *
 * RxJS reports that by a real timer, when a run in virtual time is long over; so there is one turn more to wait for it.
 *
 * @see `onUnhandledError` in the RxJS documentation of `config`
 */
export function withUnhandledErrors<T>(work: () => Promise<T>): Promise<[T, readonly unknown[]]> {
  const result = last.then(() => gather(work));
  last = result.catch(() => undefined);
  return result;
}

async function gather<T>(work: () => Promise<T>): Promise<[T, readonly unknown[]]> {
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
