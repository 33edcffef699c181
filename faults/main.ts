/**
 * The library under faults: two processes in network namespaces of their own, and what goes wrong between them.
 *
 *   npm run test:faults                       every scenario, as root; writes the table into docs/reliability.md
 *   npm run test:faults -- --seed 7           the same payloads, waits and delays again
 *   npm run test:faults -- --only vanishes    the scenarios with this in their name; writes nothing
 *   npm run test:faults -- --keep-table       every scenario; writes nothing
 */
import { parseArgs } from 'node:util';
import { removeStaleNamespaces } from './network/namespace.ts';
import { requireTools } from './network/requirements.ts';
import { seedOption } from './random.ts';
import { circumstances, publish } from './report/document.ts';
import type { Row } from './report/row.ts';
import { seconds, tableOf } from './report/table.ts';
import { networkScenarios } from './scenarios/network-scenarios.ts';
import { processScenarios } from './scenarios/process-scenarios.ts';
import { runScenario } from './scenarios/run-scenario.ts';

// process.exit() ends the programs that still run, and removes what was made (at-exit.ts).
try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      only: { type: 'string' },
      'keep-table': { type: 'boolean', default: false },
    },
  });
  const seed = seedOption(values.seed);
  const { only = '' } = values;
  requireTools();
  removeStaleNamespaces();
  const scenarios = [...networkScenarios, ...processScenarios].filter(({ name }) => name.includes(only));
  if (scenarios.length === 0) throw new Error(`no scenario has '${only}' in its name`);
  console.log(`${scenarios.length} scenarios; seed ${seed}`);

  const begun = performance.now();
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const title = `${String(index + 1).padStart(2)}/${scenarios.length} ${scenario.name}`;
    try {
      const row = await runScenario(scenario, seed);
      rows.push(row);
      failures.push(...row.failures.map((failure) => `${scenario.name}: ${failure}`));
      console.log(`${title}: ${row.failures.length === 0 ? 'holds' : 'FAILED'}, ${seconds(row.elapsed)}`);
    } catch (error) {
      failures.push(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`);
      console.log(`${title}: FAILED`);
    }
  }

  const table = tableOf(rows);
  console.log(
    `\n${table}\n\n${scenarios.length} scenarios in ${seconds(performance.now() - begun)}; seed ${seed}`,
  );
  if (failures.length > 0) {
    console.error(['Failed:', ...failures].join('\n  '));
    return 1;
  }
  if (only === '' && !values['keep-table']) publish('test:faults', `${circumstances(seed)}\n\n${table}`);
  console.log('Nothing was lost without an error, and nothing came twice.');
  return 0;
}
