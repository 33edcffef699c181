import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import { ROOT } from './repository.ts';
import type { Outcome } from './outcome.ts';
import type { Runtime } from './runtimes.ts';

/**
 * What meets the platform: its sockets, streams, errors and processes. The conformance suite is run over the built package
 * instead, see smoke.ts. What is left out is pure, or in virtual time, and takes two thirds of the whole; `--all` runs it.
 */
const CHOSEN = [
  'spec/adapters',
  'spec/admission',
  'spec/connection',
  'spec/endpoint',
  'spec/errors',
  'spec/operators',
  'spec/process',
  'spec/proxy-protocol',
  'spec/transport',
];
/** Gigabytes through a process, to see that it does not grow: a minute for each Node. */
const LEFT_OUT = 'spec/process/memory';

const WITHIN = { chosen: 900_000, all: 2_400_000 };

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
  }[];
}

/** Runs the specs by the Node given, and not by the one that runs this. */
export async function specs(runtime: Runtime, all: boolean): Promise<Outcome> {
  const file = join(ROOT, 'temp', `compat-${runtime.name}.json`);
  mkdirSync(join(ROOT, 'temp'), { recursive: true });
  rmSync(file, { force: true });
  const which = all ? [] : ['--testPathIgnorePatterns', LEFT_OUT, '--testPathPatterns', ...CHOSEN];
  const jest = [join(ROOT, 'node_modules/jest/bin/jest.js'), '--json', '--outputFile', file];
  const { exit, stderr } = await run({
    file: runtime.file,
    args: [...runtime.args, ...jest, ...which],
    cwd: ROOT,
    within: all ? WITHIN.all : WITHIN.chosen,
  });
  if (!existsSync(file)) {
    return { passed: 0, failures: [`jest ended with ${exit}\n${stderr.slice(-2_000)}`], known: 0, notes: [] };
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const failures = report.testResults.filter(({ message }) => message !== '');
  return {
    passed: report.numPassedTests,
    failures: [
      ...failures.map(({ name, message }) => `${name}\n${message}`),
      ...(report.numPassedTests === 0 ? ['no spec was found'] : []),
    ],
    known: 0,
    notes: [],
  };
}
