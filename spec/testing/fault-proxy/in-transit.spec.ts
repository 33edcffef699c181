import fc from 'fast-check';
import { InTransit } from '../../../src/testing/fault-proxy/in-transit.ts';

describe('InTransit', () => {
  it('keeps the bytes that were not passed on yet, in their order, for any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array({ minLength: 1 }), fc.nat(20))), (steps) => {
        const transit = new InTransit(Infinity);
        let expected = Buffer.alloc(0);
        for (const step of steps) {
          if (typeof step === 'number') {
            const bytes = Math.min(step, expected.length);
            transit.passed(bytes);
            expected = expected.subarray(bytes);
          } else {
            transit.add(Buffer.from(step));
            expected = Buffer.concat([expected, step]);
          }
          expect(transit.bytes).toBe(expected.length);
        }
        expect(Buffer.concat(transit.takeAll())).toEqual(expected);
        expect(transit.bytes).toBe(0);
        expect(transit.takeAll()).toEqual([]);
      }),
    );
  });

  it('is full at its window, and not when enough was passed on', () => {
    const transit = new InTransit(1000);
    const full: boolean[] = [];
    transit.full.subscribe((isFull) => full.push(isFull));
    transit.add(Buffer.alloc(500));
    transit.add(Buffer.alloc(500));
    transit.passed(600);
    expect(full).toEqual([false, false, true, false]);
  });

  it('counts what a chunk costs besides its bytes, so that single bytes do not fill the memory', () => {
    const transit = new InTransit(64 * 1024);
    let full = false;
    transit.full.subscribe((isFull) => (full = isFull));
    let chunks = 0;
    for (; !full && chunks < 64 * 1024; chunks += 1) transit.add(Buffer.alloc(1));
    expect(chunks).toBeLessThan(1024);
  });
});
