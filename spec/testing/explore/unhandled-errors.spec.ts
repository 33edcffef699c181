import { config, timer } from 'rxjs';
import { explore, type Scenario } from '../../../src/testing/index.ts';

const SHORT = { duration: 1000, quiet: 1000, seeds: 3, faults: [] } as const;

describe('two explorations at once', () => {
  it('blame each for its own errors, and leave the handler of RxJS as it was', async () => {
    const before = config.onUnhandledError;
    const bad: Scenario = ({ scheduler }) => {
      timer(50, scheduler).subscribe(() => {
        throw new Error('of the bad one');
      });
      return {};
    };
    const good: Scenario = () => ({});
    const [one, other] = await Promise.allSettled([explore(bad, SHORT), explore(good, SHORT)]);
    const after = config.onUnhandledError;
    config.onUnhandledError = before;
    expect(after).toBe(before);
    expect(one).toMatchObject({ status: 'rejected', reason: { cause: new Error('of the bad one') } });
    expect(other).toMatchObject({ status: 'fulfilled', value: { runs: 3 } });
  });

  it('go on when one of them fails', async () => {
    const failing: Scenario = () => {
      throw new TypeError('no scenario');
    };
    const good: Scenario = () => ({ always: { 'it holds': () => true } });
    const [one, other] = await Promise.allSettled([explore(failing, SHORT), explore(good, SHORT)]);
    expect([one.status, other.status]).toEqual(['rejected', 'fulfilled']);
  });
});
