// Whether it works on every runtime and for every kind of consumer. `npm run test:compat`
import { parseArgs } from 'node:util';
import { markdownTable } from '../scripts/reliability-section.ts';
import { consumers, consumersRunOn } from './consumers.ts';
import { installPackage } from './installed-package.ts';
import type { Outcome } from './outcome.ts';
import { checkLock } from './lock.ts';
import { installedRuntimes, isNode, type Runtime } from './runtimes.ts';
import { prepareSmoke, smoke } from './smoke.ts';
import { specs } from './specs.ts';

const { values } = parseArgs({
  options: {
    /** Every spec on every Node, and not a choice of them. */
    all: { type: 'boolean', default: false },
    /** One runtime alone, by its name in runtimes/package.json. */
    runtime: { type: 'string' },
    /** One part alone: specs, smoke or consumers. */
    part: { type: 'string' },
  },
});

interface Row {
  readonly step: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

const rows: Row[] = [];

async function main(): Promise<void> {
  checkLock();
  const everything = await timed('the runtimes', installedRuntimes);
  const runtimes = everything.filter(({ name }) => values.runtime === undefined || name === values.runtime);
  if (runtimes.length === 0) {
    throw new Error(`--runtime is one of ${everything.map(({ name }) => name).join(', ')}`);
  }
  const installed = await timed('the package, packed and installed', installPackage);
  try {
    if (wanted('consumers')) {
      await step('consumers', () => consumers(installed.folder, consumersRunOn(runtimes)));
    }
    if (wanted('smoke')) {
      const identity = await prepareSmoke(installed.folder);
      for (const runtime of runtimes) {
        await step(`smoke on ${called(runtime)}`, () => smoke(runtime, installed.folder, identity));
      }
    }
  } finally {
    installed.remove();
  }
  if (wanted('specs')) {
    for (const runtime of runtimes.filter(runsSpecs)) {
      await step(`specs on ${called(runtime)}`, () => specs(runtime, values.all));
    }
  }
  print(`\n${table()}`);
  if (rows.length === 0 || rows.some(({ outcome }) => outcome.failures.length > 0)) process.exitCode = 1;
}

/** Jest is of Node alone; and where this runs, `npm test` has run them. */
function runsSpecs(runtime: Runtime): boolean {
  return isNode(runtime) && (values.all || `v${runtime.version}` !== process.version);
}

function wanted(part: string): boolean {
  return values.part === undefined || values.part === part;
}

function called({ name, version }: Runtime): string {
  return `${isNode({ name }) ? 'node' : name} ${version}`;
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  print(`${what}: ready, in ${secondsSince(begun).toFixed(1)} s`);
  return result;
}

async function step(name: string, work: () => Promise<Outcome>): Promise<void> {
  const begun = performance.now();
  const outcome = await work();
  const seconds = secondsSince(begun);
  rows.push({ step: name, outcome, seconds });
  const { passed, known, failures, notes } = outcome;
  const asKnown = known === 0 ? '' : `, ${known} fail as is known`;
  print(`${name}: ${passed} passed${asKnown}, ${failures.length} failed, in ${seconds.toFixed(1)} s`);
  for (const note of notes) print(`  note: ${note}`);
  for (const failure of failures) print(`  FAILED ${failure.replaceAll('\n', '\n  ')}`);
}

function table(): string {
  return markdownTable(
    ['step', 'passed', 'known to fail', 'failed', 'seconds'],
    rows.map(({ step: name, outcome: { passed, known, failures }, seconds }) => [
      name,
      passed,
      known,
      failures.length,
      seconds.toFixed(1),
    ]),
  );
}

function secondsSince(begun: number): number {
  return (performance.now() - begun) / 1000;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

void main();
