import * as fc from 'fast-check';
import { drawFaults } from '../../../src/testing/explore/draw-faults.ts';
import { FAULT_KINDS } from '../../../src/testing/explore/fault.ts';
import { readTargets } from '../../../src/testing/explore/fault-targets.ts';

const HOSTS = ['a', 'b', 'c'];
const lottery = { targets: readTargets({}, HOSTS), most: 6, duration: 60_000, longest: 30_000 };

describe('drawFaults', () => {
  it('gives the same faults for the same seed, and others for others', () => {
    expect(drawFaults(7, lottery)).toEqual(drawFaults(7, lottery));
    expect(drawFaults(7, lottery)).not.toEqual(drawFaults(8, lottery));
  });

  it('keeps to the time and to the number it is given, and sorts them', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 100_000 }), fc.nat(8), (seed, duration, most) => {
        const faults = drawFaults(seed, { ...lottery, duration, most, longest: 500 });
        expect(faults.length).toBeLessThanOrEqual(most);
        if (most > 0) expect(faults.length).toBeGreaterThan(0);
        for (const { at, lasts } of faults) {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(lasts).toBeGreaterThan(0);
          expect(lasts).toBeLessThanOrEqual(500);
          expect(at + lasts).toBeLessThanOrEqual(duration);
        }
        expect(faults.map(({ at }) => at)).toEqual(faults.map(({ at }) => at).sort((a, b) => a - b));
      }),
    );
  });

  it('never parts a host from itself', () => {
    for (let seed = 0; seed < 500; seed += 1) {
      for (const fault of drawFaults(seed, lottery)) {
        if (fault.kind === 'partition') expect(fault.between[0]).not.toBe(fault.between[1]);
      }
    }
  });

  it('leaves nothing out, neither a kind nor an order of magnitude', () => {
    const faults = Array.from({ length: 300 }, (_, seed) => drawFaults(seed, lottery)).flat();
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    const digits = faults.map(({ lasts }) => String(lasts).length);
    for (const some of [2, 3, 4, 5]) {
      expect(digits.filter((count) => count === some).length).toBeGreaterThan(faults.length / 20);
    }
    const ways = faults.map((fault) => (fault.kind === 'crash' ? fault.how : undefined));
    expect(ways).toEqual(expect.arrayContaining(['reset', 'silence']));
  });

  it('draws nothing where nothing may be hit', () => {
    expect(drawFaults(1, { ...lottery, targets: [] })).toEqual([]);
  });
});
