import fc from 'fast-check';
import { ActionQueue, type QueuedAction } from '../../../src/testing/simulation/action-queue.ts';

describe('ActionQueue', () => {
  it('gives actions by their time, and those of one moment in the order of adding, whatever was removed', () => {
    const commands = fc.array(fc.record({ at: fc.integer({ min: 0, max: 9 }), removes: fc.nat() }));
    fc.assert(
      fc.property(commands, fc.array(fc.boolean()), (added, removed) => {
        const queue = new ActionQueue();
        const expected: QueuedAction[] = [];
        added.forEach(({ at, removes }, index) => {
          expected.push(queue.add(at, () => undefined));
          if (removed[index] !== true) return;
          const [gone] = expected.splice(removes % expected.length, 1);
          if (gone !== undefined) queue.remove(gone);
        });
        expected.sort((one, other) => one.at - other.at || one.order - other.order);
        const given: QueuedAction[] = [];
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) given.push(next);
        expect(given.map(({ order }) => order)).toEqual(expected.map(({ order }) => order));
        expect(queue.size).toBe(0);
      }),
    );
  });
});
