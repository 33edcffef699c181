import fc from 'fast-check';
import { newLane, Path, type LinkSettings } from '../../../src/testing/simulation/path.ts';
import { seededRandom } from '../../../src/testing/simulation/seeded-random.ts';
import { SimulationScheduler } from '../../../src/testing/simulation/simulation-scheduler.ts';
import { virtualEventLoop } from '../../../src/testing/simulation/virtual-event-loop.ts';

function pathOf(settings: Partial<LinkSettings>): {
  scheduler: SimulationScheduler;
  path: Path;
  arrived: string[];
} {
  const scheduler = new SimulationScheduler();
  const physics = { scheduler, loop: virtualEventLoop(scheduler), random: seededRandom(1) };
  const path = new Path(physics, { latency: 10, jitter: 0, bandwidth: Infinity, ...settings });
  return { scheduler, path, arrived: [] };
}

describe('Path', () => {
  it('takes its latency, and the time that the bytes take', () => {
    const { scheduler, path, arrived } = pathOf({ bandwidth: 1000 });
    const lane = newLane();
    path.carry(50, lane, { arrive: () => arrived.push(`a at ${scheduler.now()}`) });
    path.carry(50, lane, { arrive: () => arrived.push(`b at ${scheduler.now()}`) });
    scheduler.flush();
    expect(arrived).toEqual(['a at 60', 'b at 110']);
  });

  it('keeps the order where two are due at one moment, and their times differ by how they are rounded', () => {
    const { scheduler, path, arrived } = pathOf({ latency: 1, bandwidth: 123 });
    const lane = newLane();
    for (const [at, bytes, name] of [
      [4 / 7, 100, 'data'],
      [4 / 7 + 50 / 3, 0, 'fin'],
    ] as const)
      scheduler.schedule(() => {
        path.carry(bytes, lane, { arrive: () => arrived.push(name) });
      }, at);
    scheduler.flush();
    expect(arrived).toEqual(['data', 'fin']);
  });

  it('shares its bandwidth among all connections', () => {
    const { scheduler, path, arrived } = pathOf({ bandwidth: 1000 });
    path.carry(50, newLane(), { arrive: () => arrived.push(`a at ${scheduler.now()}`) });
    path.carry(50, newLane(), { arrive: () => arrived.push(`b at ${scheduler.now()}`) });
    scheduler.flush();
    expect(arrived).toEqual(['a at 60', 'b at 110']);
  });

  it('keeps the order within a connection, whatever the jitter and the partitions', () => {
    const steps = fc.array(
      fc.record({ wait: fc.nat(20), what: fc.constantFrom('carry', 'block', 'unblock') }),
    );
    fc.assert(
      fc.property(steps, fc.nat(50), (each, jitter) => {
        const { scheduler, path } = pathOf({ jitter });
        const lane = newLane();
        const arrived: number[] = [];
        let sent = 0;
        for (const { wait, what } of each) {
          scheduler.advance(wait);
          if (what === 'block') path.block();
          else if (what === 'unblock') path.unblock();
          else {
            sent += 1;
            const number = sent;
            path.carry(1, lane, { arrive: () => arrived.push(number) });
          }
        }
        path.unblock();
        scheduler.flush();
        expect(arrived).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
      }),
    );
  });

  it('holds what comes while it is blocked, and says so', () => {
    const { scheduler, path, arrived } = pathOf({});
    const held: boolean[] = [];
    path.block();
    path.carry(1, newLane(), {
      arrive: () => arrived.push(`at ${scheduler.now()}`),
      held: (is) => held.push(is),
    });
    scheduler.advance(100);
    expect([arrived, held]).toEqual([[], [true]]);
    path.unblock();
    scheduler.flush();
    expect([arrived, held]).toEqual([['at 110'], [true, false]]);
  });

  it('holds what was sent while it was blocked, though it would have arrived only after that', () => {
    const { scheduler, path, arrived } = pathOf({});
    const lane = newLane();
    path.block();
    path.carry(1, lane, { arrive: () => arrived.push(`a at ${scheduler.now()}`) });
    scheduler.advance(5);
    path.unblock();
    path.carry(1, lane, { arrive: () => arrived.push(`b at ${scheduler.now()}`) });
    scheduler.flush();
    expect(arrived).toEqual(['a at 15', 'b at 15']);
  });

  it('loses what has no connection yet while it is blocked', () => {
    const { scheduler, path, arrived } = pathOf({});
    path.block();
    const lose = (): void => void arrived.push('lost');
    path.carryLossy(() => arrived.push('never'), lose);
    scheduler.flush();
    path.unblock();
    path.carryLossy(() => arrived.push('there'), lose);
    scheduler.flush();
    expect(arrived).toEqual(['lost', 'there']);
  });
});
