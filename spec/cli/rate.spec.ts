import { rates } from '../../src/cli/rate.ts';

describe('rates', () => {
  it('tell by how much a total has grown a second, since the time before', () => {
    const rate = rates();
    expect(rate(500, 1000)).toBeUndefined();
    expect(rate(1500, 3000)).toBe(500);
    expect(rate(1500, 4000)).toBe(0);
  });

  it('tell nothing when no time has passed', () => {
    const rate = rates();
    rate(500, 1000);
    expect(rate(600, 1000)).toBeUndefined();
  });
});
