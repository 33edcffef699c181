// Hostile bytes for every decoder. `npm run test:fuzz -- --streams 1000000`
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, markdownTable, writeReliabilitySection } from '../scripts/reliability-section.ts';
import { failureOf, type Tally } from './fuzzing.ts';
import { fuzzPort, type PortTally } from './tls-port.ts';
import { targets } from './targets.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1000000' },
    /** Connections to a TLS port, each with a stream of its own. */
    connections: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    target: { type: 'string' },
    /** One stream, to see it fail again. */
    hex: { type: 'string' },
    publish: { type: 'boolean', default: false },
  },
});

// A stream takes microseconds. One that takes so long is taken for one that never ends.
const HANGS_AFTER = 10_000;
const LOOK_EVERY = 1_000;

interface Result extends Tally {
  readonly name: string;
}

async function main(): Promise<void> {
  const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
  if (values.hex !== undefined) {
    for (const target of chosen) {
      const failure = failureOf(target, Buffer.from(values.hex, 'hex'));
      print(`${target.name}: ${failure ?? 'nothing is wrong'}`);
    }
    return;
  }
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-fuzz-'));
  const begun = performance.now();
  const results: Result[] = [];
  try {
    for (const { name, share } of chosen) {
      const streams = Math.ceil((Number(values.streams) * share) / shares);
      const tally = await inProcess(name, seed, streams, join(directory, 'stream'));
      results.push({ ...tally, name });
      print(
        `${name}: ${tally.streams} streams${tally.failure === undefined ? '' : ` FAILED\n${tally.failure}`}`,
      );
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const seconds = (performance.now() - begun) / 1000;
  const port = values.target === undefined ? await fuzzPort(seed, Number(values.connections)) : undefined;
  const text = [
    `${sum(results, 'streams').toLocaleString('en')} streams, ${sum(results, 'bytes').toLocaleString('en')} bytes, in ` +
      `${seconds.toFixed(1)} s; seed ${seed}.`,
    table(results),
    ...(port === undefined ? [] : [portText(port)]),
  ].join('\n\n');
  print(`\n${text}`);
  if (values.publish) publish(text);
  if (results.some(({ failure }) => failure !== undefined) || (port?.failures.length ?? 0) > 0)
    process.exitCode = 1;
}

function inProcess(name: string, seed: number, streams: number, file: string): Promise<Tally> {
  const child = fork(
    join(import.meta.dirname, 'fuzz.program.ts'),
    [name, String(seed), String(streams), file],
    {
      execArgv: ['--import', 'tsx'],
    },
  );
  return new Promise((resolve) => {
    let tally: Tally | undefined;
    let last = -1;
    let since = performance.now();
    const watch = setInterval(() => {
      const { count } = present(file);
      if (count !== last) {
        last = count;
        since = performance.now();
      } else if (performance.now() - since > HANGS_AFTER) {
        child.kill('SIGKILL');
      }
    }, LOOK_EVERY);
    child.on('message', (message) => (tally = message as Tally));
    child.on('close', (code, signal) => {
      clearInterval(watch);
      resolve(tally ?? failed(`it ended with ${String(code ?? signal)}`, file));
    });
  });
}

/** The process is gone, or was ended: what it was at is in the file. */
function failed(why: string, file: string): Tally {
  const { count, stream } = present(file);
  const failure = `${why} at stream ${count} (hex): ${stream.toString('hex')}`;
  return { streams: count, bytes: 0, values: 0, codes: {}, worst: 0, largest: 0, growth: 0, failure };
}

function present(file: string): { count: number; stream: Buffer } {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  if (bytes.length < 8) return { count: 0, stream: Buffer.alloc(0) };
  return { count: bytes.readUInt32LE(0), stream: bytes.subarray(8, 8 + bytes.readUInt32LE(4)) };
}

const CODES = [
  'no error',
  'ERR_FRAME_TOO_LONG',
  'ERR_FRAME_TRUNCATED',
  'ERR_INVALID_FRAME',
  'ERR_INVALID_MESSAGE',
];

function table(results: readonly Result[]): string {
  return markdownTable(
    [
      'decoder',
      'streams',
      'bytes',
      'values',
      ...CODES,
      'failures',
      'worst ms',
      'largest piece',
      'growth MiB',
    ],
    results.map((result) => [
      result.name,
      result.streams,
      result.bytes,
      result.values,
      ...CODES.map((code) => result.codes[code] ?? 0),
      result.failure === undefined ? 0 : 1,
      result.worst.toFixed(1),
      result.largest,
      (result.growth / 1024 / 1024).toFixed(1),
    ]),
  );
}

function portText({
  connections,
  bytes,
  codes,
  served,
  asked,
  seconds,
  growth,
  failures,
}: PortTally): string {
  const outcomes = markdownTable(
    ['what the TLS server said of it', 'connections'],
    Object.entries(codes).sort(),
  );
  return [
    `Against a \`tls://\` server: ${connections} connections with ${bytes.toLocaleString('en')} hostile bytes, in ` +
      `${seconds.toFixed(1)} s; ${served} of ${asked} good clients in between were served; the process grew by ` +
      `${(growth / 1024 / 1024).toFixed(1)} MiB; ${failures.length} failures.`,
    ...failures,
    outcomes,
  ].join('\n\n');
}

function publish(text: string): void {
  const about =
    'Valid streams that were damaged (bits flipped, cut, doubled, spliced, run on, with lengths that are huge or about the ' +
    'limit), noise, and streams of fast-check; each is decoded whole and cut at random twice, and what comes of it has to be ' +
    'the same. Nothing but a TransportError may be thrown, nothing may be kept over `maxFrameLength` (1,024 bytes, but where ' +
    `it says 4 MiB), and nothing may take long. \`npm run test:fuzz\`, ${machine()}.`;
  writeReliabilitySection('fuzz', `## Hostile bytes\n\n${about}\n\n${text}`);
}

function sum(results: readonly Result[], key: 'streams' | 'bytes'): number {
  return results.reduce((total, result) => total + result[key], 0);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

void main();
