import { checkLifecycle } from '../../lifecycle/lifecycle.ts';
import { tcp, tls, unix, type Medium } from '../../lifecycle/medium.ts';
import { afterThisSpec } from '../cleanup.ts';

describe('a hundred random lives of connections', () => {
  it.each<[string, () => Medium | Promise<Medium>]>([
    ['TCP', tcp],
    ['Unix sockets', unix],
    ['TLS', tls],
  ])(
    'show what the model says, over %s (rules 2 to 15)',
    async (_, open) => {
      const medium = await open();
      afterThisSpec(() => {
        medium.remove();
      });
      const { failure, ledger, runs } = await checkLifecycle(medium, { runs: 100 });
      expect(failure).toBeUndefined();
      expect(runs).toBe(100);
      // Otherwise this spec would not have seen what it is for.
      expect(ledger.checks.get('order')).toBeGreaterThan(100);
    },
    90_000,
  );
});
