import { frameMessages, lineMessages } from '../../src/cli/bench-messages.ts';

describe('the messages of a benchmark', () => {
  it.each([1, 2, 64, 1000])('have the length that they are told: %d', (size) => {
    for (const number of [0, 9, 10, 63, 64, 1000]) {
      expect(lineMessages(size).question(number)).toHaveLength(size);
      expect(frameMessages(size).question(number)).toHaveLength(size);
    }
  });

  it('are the answers to themselves, and not to another of those that may be under way', () => {
    const lines = lineMessages(8);
    const frames = frameMessages(8);
    expect(lines.isAnswer(lines.question(3), 3)).toBe(true);
    expect(lines.isAnswer(lines.question(4), 3)).toBe(false);
    const question = Buffer.from(frames.question(3) as Buffer);
    expect(frames.isAnswer(question, 3)).toBe(true);
    expect(frames.isAnswer(question, 4)).toBe(false);
    // A server that says all of a chunk again is a power of two behind, as a rule.
    for (const behind of [8, 64, 512, 1024]) expect(frames.isAnswer(question, 3 + behind)).toBe(false);
  });

  it('are known, be they asked or not', () => {
    for (const messages of [lineMessages(8), frameMessages(8)]) {
      expect(messages.isAnyAnswer(messages.question(1020) as never)).toBe(true);
      expect(messages.isAnyAnswer(Buffer.from('220 here') as never)).toBe(false);
    }
  });

  it('are fewer when they are big, and two at the least', () => {
    const size = 16 * 1024 * 1024;
    const lines = lineMessages(size);
    expect(lines.question(0)).toBe(lines.question(2));
    expect(lines.isAnswer(lines.question(0), 1)).toBe(false);
  });
});
