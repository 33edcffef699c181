import { readFileSync } from 'node:fs';
import { quoteExamples } from '../../../scripts/quote-examples.ts';

const page = readFileSync('docs/simulation.md', 'utf8');

describe('docs/simulation.md', () => {
  it('quotes files as they are, and what programs print now: else, npm run docs:simulation', () => {
    expect(quoteExamples(page)).toBe(page);
  });

  it('shows a network, the three bugs, and a client without them', () => {
    const quoted = [...page.matchAll(/^<!-- output: examples\/simulated-rpc\/(?<of>.+) -->$/gmu)];
    expect(quoted.map(({ groups }) => groups?.['of'])).toEqual([
      'first-network.ts',
      'explore.ts givesUp partition',
      'explore.ts paysTwice',
      'explore.ts hangs',
      'explore.ts',
    ]);
  });
});
