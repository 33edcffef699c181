// Breaks the library's code, one place after the other, and tells what no spec notices. `npm run test:mutation`, or some parts of
// it: `npm run test:mutation -- framing operators`. What a part has come to is kept in temp/mutation: a run that was cut off goes on
// at the part that it was at, and one after a change tries what has changed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine, writeReliabilitySection } from '../scripts/reliability-section.ts';
import { readScore, scoreTable, sumOf } from './part-score.ts';

const { values, positionals } = parseArgs({
  options: { publish: { type: 'boolean', default: false } },
  allowPositionals: true,
});

// Below that, the command fails.
const LEAST = 80;
const STRYKER = 'node_modules/@stryker-mutator/core/bin/stryker.js';

// What a program that uses the library has in it. The testing kit is a part to be named, because its specs are others: the library
// seen through simulated networks. The command line is judged as a process, which no mutant is in.
const library = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['testing', 'cli'].includes(entry.name))
  .map(({ name }) => name);

const resultsOf = (part: string): string => `temp/mutation/${part}.json`;

function mutate(part: string): void {
  const args = [
    'run',
    '--mutate',
    `src/${part}/**/*.ts,!src/testing/conformance/**`,
    '--incrementalFile',
    resultsOf(part),
  ];
  const { status, signal } = spawnSync(process.execPath, [STRYKER, ...args], {
    stdio: 'inherit',
    env: { ...process.env, MUTATED_PART: part },
  });
  if (status !== 0) throw new Error(`${part}: Stryker ended with ${status ?? signal}`);
}

const chosen = positionals.length > 0 ? positionals : library;
for (const [index, part] of chosen.entries()) {
  console.log(
    `\n=== ${part}, ${index + 1} of ${chosen.length}, after ${Math.round(performance.now() / 60_000)} min\n`,
  );
  mutate(part);
}

const scores = [...new Set([...library, ...chosen])].flatMap(
  (part) => readScore(part, resultsOf(part)) ?? [],
);
const table = scoreTable(scores);
console.log(`\n${table}`);
if (values.publish)
  writeReliabilitySection('mutation', `## Mutants\n\n\`npm run test:mutation\`. ${machine()}.\n\n${table}`);
if (sumOf(scores).percent < LEAST) {
  console.error(
    `\nThat is less than ${LEAST} %. temp/mutation/report.html shows what survived in the part that was last.`,
  );
  process.exitCode = 1;
}
