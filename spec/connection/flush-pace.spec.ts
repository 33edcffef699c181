import { nodeEventLoop } from '../../src/connection/event-loop.ts';
import { FlushPace } from '../../src/connection/flush-pace.ts';

/** A pace whose clock stands still until it is told the time, in milliseconds. */
function paced(): {
  pace: FlushPace;
  flushes: () => number;
  at: (milliseconds: number) => void;
  onFlush: (next: () => void) => void;
} {
  let flushes = 0;
  let next = (): void => undefined;
  const now = jest.spyOn(performance, 'now').mockReturnValue(0);
  const target = {
    flush: () => {
      flushes += 1;
      pace.flushed();
      next();
      next = () => undefined;
    },
  };
  const pace = new FlushPace(target, nodeEventLoop);
  return {
    pace,
    flushes: () => flushes,
    at: (milliseconds) => now.mockReturnValue(milliseconds),
    onFlush: (action) => {
      next = action;
    },
  };
}

const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the pace of flushing', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is the end of the tick for what is written after a pause, and once for all of it', async () => {
    const { pace, flushes } = paced();
    pace.schedule();
    pace.schedule();
    expect(flushes()).toBe(0);
    await tick();
    expect(flushes()).toBe(1);
    await turn();
    expect(flushes()).toBe(1);
  });

  it('is 50 µs for who only writes', async () => {
    const { pace, flushes, at } = paced();
    pace.schedule();
    await tick();
    at(0.049);
    pace.schedule();
    await tick();
    await turn();
    await turn();
    expect(flushes()).toBe(1);
    at(0.05);
    await turn();
    expect(flushes()).toBe(2);
  });

  it('is the end of the delivery for an answer, however soon it comes', async () => {
    const { pace, flushes } = paced();
    pace.schedule();
    await tick();
    pace.delivering();
    pace.schedule();
    pace.schedule();
    await tick();
    expect(flushes()).toBe(1);
    pace.delivered();
    expect(flushes()).toBe(2);
    await turn();
    expect(flushes()).toBe(2);
  });

  it('is the end of the tick for an answer that is made later, and once for all of them', async () => {
    const { pace, flushes } = paced();
    pace.schedule();
    await tick();
    pace.delivering();
    pace.delivered();
    pace.schedule();
    await tick();
    expect(flushes()).toBe(2);
    pace.schedule();
    await tick();
    await turn();
    expect(flushes()).toBe(2);
  });

  it('is the end of the tick for what is written because an answer was flushed', async () => {
    const { pace, flushes, onFlush } = paced();
    onFlush(() => {
      pace.schedule();
    });
    pace.delivering();
    pace.schedule();
    pace.delivered();
    expect(flushes()).toBe(1);
    await tick();
    expect(flushes()).toBe(2);
  });

  it('does not wait any longer when something is received meanwhile', async () => {
    const { pace, flushes } = paced();
    pace.schedule();
    await tick();
    pace.schedule();
    await turn();
    expect(flushes()).toBe(1);
    pace.delivering();
    pace.delivered();
    expect(flushes()).toBe(2);
    await turn();
    await turn();
    expect(flushes()).toBe(2);
  });

  it('is not even the end of a turn that goes on for 100 µs', () => {
    const { pace, at } = paced();
    const wrote = (messages: number): boolean =>
      Array.from({ length: messages }, () => pace.wrote()).some((late) => late);
    expect(wrote(100)).toBe(false);
    at(0.099);
    expect(wrote(100)).toBe(false);
    at(0.1);
    expect(wrote(16)).toBe(true);
    pace.flushed();
    expect(wrote(100)).toBe(false);
  });
});
