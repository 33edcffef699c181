/** The benchmark: see README.md, or run it with --help. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireInstalled } from './installed.ts';
import { HELP, parseOptions, type Options } from './options.ts';
import { clearProgress, showProgress } from './progress.ts';
import { withResults } from './readme.ts';
import { readResults, resultsOf, tablesOf, writeResults, type Results } from './results.ts';
import { runRounds, samplesOf, type Outcome } from './rounds.ts';
import { tableOf } from './table.ts';
import { verdicts } from './targets.ts';
import { selected } from './workloads/all.ts';

// Of bench/, seen from bench/dist/.
const PUBLISHED = fileURLToPath(new URL('../results.json', import.meta.url));
const README = fileURLToPath(new URL('../../README.md', import.meta.url));

// process.exit() runs the 'exit' listeners, and they end the children.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else {
    requireInstalled();
    await (options.chartsOnly ? redraw(options) : measure(options));
  }
  process.exit();
} catch (error) {
  clearProgress();
  console.error(error instanceof Error && error.cause === undefined ? error.message : error);
  process.exit(1);
}

async function measure({ only, pace, out }: Options): Promise<void> {
  const workloads = selected(only, pace.smoke);
  const outcomes: Outcome[] = [];
  const begun = performance.now();
  const all = workloads.reduce((sum, workload) => sum + samplesOf(workload, pace), 0);
  let done = 0;
  for (const workload of workloads) {
    const outcome = await runRounds(workload, pace, (progress) => {
      showProgress(progress, done / all, performance.now() - begun);
      done += 1;
    });
    clearProgress();
    for (const [name, result] of tablesOf(outcome)) console.log(tableOf(name, result));
    outcomes.push(outcome);
  }
  if (!pace.smoke) console.log(verdicts(outcomes).join('\n'));
  console.log(`\n${workloads.length} workloads in ${((performance.now() - begun) / 1000).toFixed(0)} s`);

  const results = resultsOf(outcomes);
  if (out !== undefined) await keep(resolve(out), results);
  else if (pace.smoke) await rehearseKeeping(results);
  else if (only.length === 0) await keep(PUBLISHED, results);
}

async function keep(file: string, results: Results): Promise<void> {
  writeResults(file, results);
  await draw(file, results);
}

async function draw(file: string, results: Results): Promise<void> {
  // Not needed before, and not light.
  const { drawCharts } = await import('./charts.ts');
  await drawCharts(results, join(dirname(file), 'charts'));
  if (file === PUBLISHED) writeFileSync(README, withResults(readFileSync(README, 'utf8'), results));
}

/** Writing and drawing are part of what a smoke run has to prove; what it measured is worth nothing. */
async function rehearseKeeping(results: Results): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-net-bench-'));
  try {
    await keep(join(folder, 'results.json'), results);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function redraw({ out }: Options): Promise<void> {
  const file = out === undefined ? PUBLISHED : resolve(out);
  await draw(file, readResults(file));
}
