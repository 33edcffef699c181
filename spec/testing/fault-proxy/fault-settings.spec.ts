import fc from 'fast-check';
import { changedFaults, NO_FAULTS } from '../../../src/testing/fault-proxy/fault-settings.ts';
import type { Faults } from '../../../src/testing/fault-proxy/faults.ts';

describe('changedFaults', () => {
  it('changes what is named in both directions, and leaves the rest', () => {
    const before = changedFaults(NO_FAULTS, { latency: 50, rate: 1000 });
    const after = changedFaults(before, { latency: 10, resetIn: 7 });
    expect(after.upstream).toEqual({ ...NO_FAULTS.upstream, latency: 10, rate: 1000 });
    expect(after.downstream).toEqual(after.upstream);
    expect(after).toMatchObject({ resetIn: 7, closeIn: Infinity });
  });

  it('lets one direction go before both', () => {
    const { upstream, downstream } = changedFaults(NO_FAULTS, {
      latency: 50,
      upstream: { latency: 10 },
      downstream: { stall: 3 },
    });
    expect(upstream).toEqual({ ...NO_FAULTS.upstream, latency: 10 });
    expect(downstream).toEqual({ ...NO_FAULTS.downstream, latency: 50, stall: 3 });
  });

  it('takes undefined for what is not named', () => {
    const before = changedFaults(NO_FAULTS, { latency: 50, stall: true });
    expect(changedFaults(before, { latency: undefined, upstream: { stall: undefined } })).toEqual(before);
  });

  it('takes a stall for the number of bytes after which nothing is passed on', () => {
    const stall = (value: boolean | number): number =>
      changedFaults(NO_FAULTS, { stall: value }).upstream.stall;
    expect([stall(true), stall(5), stall(false)]).toEqual([0, 5, Infinity]);
  });

  it('takes its own defaults back', () => {
    const all: Faults = {
      latency: 1,
      jitter: 1,
      rate: 1,
      slice: 2,
      sliceVariation: 1,
      stall: 1,
      halfOpen: true,
    };
    expect(changedFaults(changedFaults(NO_FAULTS, all), { ...NO_FAULTS.upstream })).toEqual(NO_FAULTS);
  });

  it.each<readonly [Faults, string]>([
    [{ latency: -1 }, 'latency is -1'],
    [{ jitter: Infinity }, 'jitter is Infinity'],
    [{ upstream: { rate: 0 } }, 'rate is 0'],
    [{ slice: 0 }, 'slice is 0'],
    [{ sliceVariation: 5 }, 'sliceVariation is 5, but there is no slice that it varies'],
    [{ slice: 5, sliceVariation: 5 }, 'sliceVariation is 5; it takes less than slice, which is 5'],
    [{ downstream: { resetAfter: 1.5 } }, 'resetAfter is 1.5'],
    [{ closeAfter: NaN }, 'closeAfter is NaN'],
    [{ sliceDelay: -1 }, 'sliceDelay is -1'],
    [{ closeDelay: -1 }, 'closeDelay is -1'],
    [{ stall: -1 }, 'stall is -1'],
    [{ resetIn: -1 }, 'resetIn is -1'],
    [{ closeIn: 0.5 }, 'closeIn is 0.5'],
  ])('refuses %j, and names the option', (faults, message) => {
    expect(() => changedFaults(NO_FAULTS, faults)).toThrow(message);
    expect(() => changedFaults(NO_FAULTS, faults)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
    );
  });

  it.each([
    [5, 'the faults are a number'],
    [null, 'the faults are null'],
    [{ upstream: 5 }, 'upstream is a number'],
    [{ downstream: null }, 'downstream is null'],
    [{ halfOpen: 'yes' }, 'halfOpen is yes; it takes true, false'],
    [{ upstream: { halfOpen: 1 } }, 'halfOpen is 1; it takes true, false'],
  ])('refuses %j of a program without types', (faults, message) => {
    const change = (): unknown => changedFaults(NO_FAULTS, faults as Faults);
    expect(change).toThrow(message);
    expect(change).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
  });

  it('does not depend on whether changes come together or one after the other', () => {
    const direction = fc.record(
      { latency: fc.nat(9), rate: fc.integer({ min: 1, max: 9 }), stall: fc.oneof(fc.boolean(), fc.nat(9)) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(direction, direction, (both, upstream) => {
        const apart = changedFaults(changedFaults(NO_FAULTS, both), { upstream });
        expect(changedFaults(NO_FAULTS, { ...both, upstream })).toEqual(apart);
      }),
    );
  });
});
