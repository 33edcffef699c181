import { FlushPace } from '../../src/connection/flush-pace.ts';

/** A pace whose clock stands still until it is told the time, in milliseconds. */
function paced(): { pace: FlushPace; flushes: () => number; at: (milliseconds: number) => void } {
  let flushes = 0;
  const now = jest.spyOn(performance, 'now').mockReturnValue(0);
  const pace = new FlushPace({
    flush: () => {
      flushes += 1;
      pace.flushed();
    },
  });
  return { pace, flushes: () => flushes, at: (milliseconds) => now.mockReturnValue(milliseconds) };
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

  it('is the end of the tick for an answer, however soon it comes', async () => {
    const { pace, flushes } = paced();
    pace.schedule();
    await tick();
    pace.hurry();
    pace.schedule();
    await tick();
    expect(flushes()).toBe(2);
    pace.schedule();
    await tick();
    await turn();
    expect(flushes()).toBe(2);
  });

  it('does not wait any longer when something is received meanwhile', async () => {
    const { pace, flushes } = paced();
    pace.schedule();
    await tick();
    pace.schedule();
    await turn();
    expect(flushes()).toBe(1);
    pace.hurry();
    await turn();
    expect(flushes()).toBe(2);
  });
});
