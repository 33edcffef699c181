// Runs the model of a connection's life on every medium, and says what it has seen. `npm run test:lifecycle`
import { parseArgs } from 'node:util';
import { machine, markdownTable, writeReliabilitySection } from '../scripts/reliability-section.ts';
import { invariants, type Invariant } from './ledger.ts';
import { checkLifecycle, type Result } from './lifecycle.ts';
import { tcp, tls, unix, type Medium } from './medium.ts';

const { values } = parseArgs({
  options: {
    /** Of all media together. A handshake takes its time, so TLS has a fifth of them. */
    runs: { type: 'string', default: '10000' },
    medium: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
    replay: { type: 'string' },
    /** Stops at the first failure, and does not shrink it. */
    first: { type: 'boolean', default: false },
    /** Writes the tables to docs/reliability.md. */
    publish: { type: 'boolean', default: false },
  },
});

const SHARES: readonly { readonly open: () => Medium | Promise<Medium>; readonly share: number }[] = [
  { open: tcp, share: 0.4 },
  { open: unix, share: 0.4 },
  { open: tls, share: 0.2 },
];

async function main(): Promise<void> {
  const results: Result[] = [];
  for (const { open, share } of SHARES) {
    const medium = await open();
    try {
      if (values.medium === undefined || values.medium === medium.name) {
        const runs = Math.ceil(Number(values.runs) * (values.medium === undefined ? share : 1));
        const result = await checkLifecycle(medium, {
          runs,
          seed: values.seed === undefined ? undefined : Number(values.seed),
          path: values.path,
          replayPath: values.replay,
          shrink: !values.first,
        });
        results.push(result);
        const { seed, milliseconds, failure } = result;
        print(`${medium.name}: ${result.runs} runs in ${seconds(milliseconds)} s, seed ${seed}`);
        if (failure !== undefined) print(`FAILED\n${failure}`);
      }
    } finally {
      medium.remove();
    }
    if (values.first && results.some(({ failure }) => failure !== undefined)) break;
  }
  const tables = [
    runsTable(results),
    commandsTable(results),
    outcomesTable(results),
    invariantsTable(results),
  ];
  print(`\n${tables.join('\n\n')}`);
  if (values.publish) publish(tables);
  if (results.length === 0 || results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
}

function publish(tables: readonly string[]): void {
  const text = [
    '## The life of a connection',
    'Random commands, at most 60 a run, on real sockets with both ends ours: bind, dial, write, send, read, hold, end, close, ' +
      'abort, drain, and time that passes on a virtual clock. What is shown is compared with a model of what may be shown: ' +
      'after each command that waits, and at the end of each run. `npm run test:lifecycle`, ' +
      `${machine()}.`,
    ...tables,
  ];
  writeReliabilitySection('lifecycle', text.join('\n\n'));
}

function runsTable(results: readonly Result[]): string {
  const rows = results.map(({ medium, seed, runs, milliseconds, ledger, failure }) => [
    medium,
    runs,
    total(ledger.seen, 'command: '),
    ledger.seen.get('connections') ?? 0,
    total(ledger.checks, ''),
    failure === undefined ? 0 : 1,
    seconds(milliseconds),
    String(seed),
  ]);
  return markdownTable(
    ['medium', 'runs', 'commands', 'connections', 'checks', 'failures', 'seconds', 'seed'],
    rows,
  );
}

function commandsTable(results: readonly Result[]): string {
  return countsTable('command', results, (name) =>
    name.startsWith('command: ') ? name.slice(9) : undefined,
  );
}

function outcomesTable(results: readonly Result[]): string {
  return countsTable('what came of it', results, (name) => (name.startsWith('command: ') ? undefined : name));
}

function countsTable(
  head: string,
  results: readonly Result[],
  label: (name: string) => string | undefined,
): string {
  const names = [...new Set(results.flatMap(({ ledger }) => [...ledger.seen.keys()]))].sort();
  const rows = names.flatMap((name) => {
    const shown = label(name);
    return shown === undefined ? [] : [[shown, ...results.map(({ ledger }) => ledger.seen.get(name) ?? 0)]];
  });
  return markdownTable([head, ...results.map(({ medium }) => medium)], rows);
}

function invariantsTable(results: readonly Result[]): string {
  const rows = Object.entries(invariants).map(([name, meaning]) => [
    meaning,
    ...results.map(({ ledger }) => ledger.checks.get(name as Invariant) ?? 0),
  ]);
  return markdownTable(['checked (rule)', ...results.map(({ medium }) => medium)], rows);
}

function total(counts: ReadonlyMap<string, number>, prefix: string): number {
  return [...counts].reduce((sum, [name, count]) => sum + (name.startsWith(prefix) ? count : 0), 0);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

void main();
