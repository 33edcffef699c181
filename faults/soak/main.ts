/**
 * The soak: 500 connections on loopback that open, talk, stall, are reset and dialled again at random, for a long time.
 *
 *   npm run test:soak                    10 minutes
 *   npm run test:soak -- --minutes 1     for as long as that
 *   npm run test:soak -- --seed 7        the same whims again
 *   npm run test:soak -- --snapshots     heap snapshots after the warm-up and at the end, in temp/
 *
 * A run of 5 minutes or more writes its table into docs/reliability.md.
 */
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startProgram, type Program } from '../network/program.ts';
import { seedOption } from '../random.ts';
import { circumstances, publish } from '../report/document.ts';
import { failuresOf, growth, GROWTH_LIMIT, tableOf, type Side } from './result.ts';
import type { Measure, SoakMessage, SoakReport, SoakSettings } from './soak-report.ts';

const CONNECTIONS = 500;
const MINUTES = 10;
// A shorter run proves less than the table promises.
const LEAST_TO_PUBLISH = 5;
// Until all code is compiled and every buffer that is kept has been made.
const WARM_UP = 20_000;
const PROGRESS_EVERY = 30_000;
// A round ends when its slowest connection has: one that is silent is waited for.
const ROUND_LIMIT = 30_000;
const FOLDER = fileURLToPath(new URL('../../temp/', import.meta.url));

const WHO = ['server', 'client'] as const;

type Programs = Readonly<Record<(typeof WHO)[number], Program<SoakMessage>>>;

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
      minutes: { type: 'string', default: String(MINUTES) },
      seed: { type: 'string' },
      snapshots: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new RangeError(`--minutes ${values.minutes}: a number is wanted`);
  const seed = seedOption(values.seed);
  console.log(`${CONNECTIONS} connections for ${minutes} minutes; seed ${seed}`);

  const settings = { endpoint: '127.0.0.1:0', seed, connections: CONNECTIONS, folder: FOLDER };
  const server = start('server', settings);
  const { endpoint } = await server.told('ready');
  const client = start('client', { ...settings, endpoint });
  await client.told('ready');
  const programs = { server, client };

  const warm = await round(programs, 1, WARM_UP);
  console.log(`warm after ${WARM_UP / 1000} s`);
  if (values.snapshots) await writeSnapshots(programs);
  const end = await round(programs, 2, Math.max(1_000, minutes * 60_000 - WARM_UP));
  const hasGrown = WHO.some((who) => growth(warm[who], end[who]) >= GROWTH_LIMIT);
  if (values.snapshots || hasGrown) await writeSnapshots(programs, values.snapshots ? 1 : 0);

  const sides: Side[] = [];
  for (const who of WHO) {
    sides.push({ who, warm: warm[who], end: end[who], report: await stop(programs[who]) });
  }
  const table = tableOf(sides);
  console.log(`\n${table}\n`);
  const failures = failuresOf(sides);
  if (failures.length > 0) {
    console.error(['Failed:', ...failures].join('\n  '));
    return 1;
  }
  if (minutes >= LEAST_TO_PUBLISH) {
    publish(
      'test:soak',
      `${CONNECTIONS} connections for ${minutes} minutes. ${circumstances(seed)}\n\n${table}`,
    );
  }
  console.log('Nothing was lost without an error, nothing came twice, and nothing is left.');
  return 0;
}

function start(who: (typeof WHO)[number], settings: SoakSettings): Program<SoakMessage> {
  return startProgram(`soak/${who}.program.ts`, settings, { nodeFlags: ['--expose-gc'] });
}

/** All connections are at work for a time, and then closed; what both processes hold after that. */
async function round(
  { server, client }: Programs,
  number: number,
  milliseconds: number,
): Promise<Record<(typeof WHO)[number], Measure>> {
  client.tell({ kind: 'resume' });
  const begun = performance.now();
  for (let left = milliseconds; left > 0; left = milliseconds - (performance.now() - begun)) {
    await pause(Math.min(left, PROGRESS_EVERY));
    console.log(
      `round ${number}: ${Math.round((performance.now() - begun) / 1000)} of ${milliseconds / 1000} s`,
    );
  }
  client.tell({ kind: 'pause' });
  const ofClient = await client.told('measured', ROUND_LIMIT, number - 1);
  server.tell({ kind: 'pause' });
  const ofServer = await server.told('measured', ROUND_LIMIT, number - 1);
  return { client: ofClient.measure, server: ofServer.measure };
}

async function stop(program: Program<SoakMessage>): Promise<SoakReport> {
  program.tell({ kind: 'stop' });
  const { report } = await program.told('finished');
  const { code } = await program.ended();
  return code === 0
    ? report
    : { ...report, complaints: [...report.complaints, `it ended with code ${code ?? '?'}`] };
}

async function writeSnapshots(programs: Programs, written = 0): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const who of WHO) {
    programs[who].tell({ kind: 'snapshot' });
    const { file } = await programs[who].told('written', ROUND_LIMIT, written);
    console.log(`heap snapshot: ${file}`);
  }
}
