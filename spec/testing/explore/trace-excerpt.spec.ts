import type { Fault, Trace, TraceEvent } from '../../../src/testing/index.ts';
import { traceExcerpt } from '../../../src/testing/explore/trace-excerpt.ts';

const violation = { invariant: 'all is well', at: 1000, error: undefined };
const partition: Fault = { kind: 'partition', at: 300, lasts: 10, between: ['a', 'b'] };

function traceOf(count: number): Trace {
  const events = Array.from({ length: count }, (_, at): TraceEvent => {
    return { at, host: 'a', peer: undefined, kind: 'host', connection: 0, text: `event ${at}` };
  });
  return { events, toString: () => '', diagram: () => '' };
}

/** The events that are shown, and in place of those that are not, how many. */
function shown(count: number, faults: readonly Fault[], isWhole = false): readonly string[] {
  const [, ...lines] = traceExcerpt(traceOf(count), faults, violation, isWhole).trimEnd().split('\n');
  return lines.map((line) => line.replace(/^\s*[\d.]+\s+(■|══)\s*/u, '').replace(/[ ═]+$/u, ''));
}

describe('traceExcerpt', () => {
  it('shows all of a short trace, and what did not hold at its end', () => {
    expect(shown(3, [partition])).toEqual(['event 0', 'event 1', 'event 2', '✗ all is well']);
    expect(shown(56, [partition])).toHaveLength(57);
  });

  it('shows of a long one what begins with the first fault, and the end, and says how much it leaves out', () => {
    const lines = shown(500, [partition]);
    expect(lines[0]).toBe('… 292 more');
    expect(lines.slice(1, 25)).toEqual(Array.from({ length: 24 }, (_, n) => `event ${292 + n}`));
    expect(lines[25]).toBe('… 152 more');
    expect(lines.slice(26)).toEqual([
      ...Array.from({ length: 32 }, (_, n) => `event ${468 + n}`),
      '✗ all is well',
    ]);
  });

  it('shows nothing twice where the fault is near the end', () => {
    const lines = shown(310, [partition]);
    expect(lines.slice(0, 2)).toEqual(['… 292 more', 'event 292']);
    expect(lines).toHaveLength(1 + 18 + 1);
    expect(new Set(shown(345, [partition])).size).toBe(1 + 53 + 1);
  });

  it('shows the end alone where no fault is needed, or where its begin is not kept', () => {
    expect(shown(500, [])).toHaveLength(1 + 32 + 1);
    expect(shown(200, [partition])).toHaveLength(1 + 32 + 1);
  });

  it('keeps the columns of the whole trace', () => {
    const [first, ...others] = traceOf(500).events;
    const events = first === undefined ? [] : [{ ...first, host: 'b' }, ...others];
    const trace = { ...traceOf(0), events };
    expect(traceExcerpt(trace, [partition], violation, false)).toMatch(/^ +ms {2}b +a\n/u);
  });

  it('shows everything when it is asked to', () => {
    expect(shown(500, [partition], true)).toHaveLength(501);
  });
});
