import * as fc from 'fast-check';
import type { Fault } from '../../../src/testing/index.ts';
import { drawFaults } from '../../../src/testing/explore/draw-faults.ts';
import { readTargets } from '../../../src/testing/explore/fault-targets.ts';
import { shrinkFaults } from '../../../src/testing/explore/shrink-faults.ts';
import { simplerFaults } from '../../../src/testing/explore/simpler-faults.ts';

const targets = readTargets({}, ['a', 'b']);
const draw = (seed: number, most = 12): readonly Fault[] =>
  drawFaults(seed, { targets, most, duration: 60_000, longest: 30_000 });

/** The last list that failed, and how many were asked about. */
function shrink(
  faults: readonly Fault[],
  fails: (faults: readonly Fault[]) => boolean,
): { readonly left: readonly Fault[]; readonly asked: number } {
  const shrinking = shrinkFaults(faults);
  let left = faults;
  let asked = 0;
  for (let next = shrinking.next(); next.done !== true; asked += 1) {
    const answer = fails(next.value);
    if (answer) left = next.value;
    next = shrinking.next(answer);
  }
  return { left, asked };
}

const kindsOf = (faults: readonly Fault[]): readonly string[] => faults.map(({ kind }) => kind);

describe('shrinkFaults', () => {
  it('asks first whether a fault is needed at all, and stops when none is', () => {
    expect(shrink(draw(1), () => true)).toEqual({ left: [], asked: 1 });
    expect(shrink([], () => true)).toEqual({ left: [], asked: 0 });
  });

  it('keeps all when all are needed', () => {
    const faults = draw(3).map((fault) => ({ ...fault, at: 0, lasts: 1 }));
    const { left } = shrink(faults, (some) => some.length === faults.length);
    expect(left).toHaveLength(faults.length);
  });

  it('finds those that it takes, wherever they stand', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(), fc.nat(), (seed, one, other) => {
        const faults = draw(seed);
        const needed = [faults[one % faults.length], faults[other % faults.length]];
        const isNeeded = (fault: Fault): boolean => needed.some((some) => some?.at === fault.at);
        const { left } = shrink(faults, (some) => {
          const found = new Set(some.filter(isNeeded).map(({ at }) => at));
          return found.size === new Set(needed.map((fault) => fault?.at)).size;
        });
        expect(left.filter((fault) => !isNeeded(fault))).toEqual([]);
      }),
    );
  });

  it('makes what is left shorter, rounder and milder, as far as it still fails', () => {
    const crash: Fault = { kind: 'crash', at: 12_345, lasts: 23_456, host: 'a', how: 'silence' };
    const { left, asked } = shrink([crash], ([fault]) => fault?.kind === 'crash' && fault.lasts >= 5000);
    expect(left).toEqual([{ kind: 'crash', at: 10_000, lasts: 5000, host: 'a', how: 'reset' }]);
    expect(asked).toBeLessThan(60);
  });

  it('comes to an end, whatever the answers are, in far fewer than 500 questions', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.infiniteStream(fc.boolean()), (seed, answers) => {
        const faults = draw(seed, 6);
        const { left, asked } = shrink(faults, () => answers.next().value === true);
        expect(asked).toBeLessThan(500);
        expect(kindsOf(faults)).toEqual(expect.arrayContaining([...kindsOf(left)]));
      }),
    );
  });
});

describe('simplerFaults', () => {
  it.each<[Fault, Partial<Fault>]>([
    [{ kind: 'dropSyn', at: 0, lasts: 1, host: 'a', count: 2 }, { count: 1 }],
    [{ kind: 'slowReader', at: 0, lasts: 1, host: 'a', bytesPerSecond: 10 }, { bytesPerSecond: 100 }],
    [{ kind: 'resolution', at: 0, lasts: 1, name: 'a', failure: 'ENOTFOUND' }, { failure: 'EAI_AGAIN' }],
    [{ kind: 'crash', at: 0, lasts: 1, host: 'a', how: 'silence' }, { how: 'reset' }],
  ])('makes %j milder', (fault, change) => {
    expect(simplerFaults(fault)).toEqual([{ ...fault, ...change }]);
  });

  it('knows when there is nothing simpler', () => {
    expect(simplerFaults({ kind: 'partition', at: 0, lasts: 1, between: ['a', 'b'] })).toEqual([]);
    expect(simplerFaults({ kind: 'dropSyn', at: 0, lasts: 1, host: 'a', count: 1 })).toEqual([]);
    expect(simplerFaults(undefined)).toEqual([]);
  });
});
