import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { certificates } from '../spec/certificates.ts';
import { run } from './command.ts';
import { knownCauses, type KnownCause } from './known-failures.ts';
import type { Outcome } from './outcome.ts';
import { ROOT } from './repository.ts';
import type { Runtime } from './runtimes.ts';
import type { Issued } from './smoke/issued.ts';
import type { Message } from './smoke/message.ts';

const PROGRAM = 'smoke.mjs';
const SETTINGS = 'smoke.json';
// Of each suite: some checks wait for what never comes, and a machine may be busy.
const WITHIN = 600_000;
/** So often a runtime may end in the middle, before that is all that there is to say of it. */
const STARTS = 5;

type Identity = Omit<Issued, 'once'>;

/** Makes one file of the program, to run beside the installed package, and what it needs for TLS. */
export async function prepareSmoke(folder: string): Promise<Identity> {
  await build({
    entryPoints: [join(ROOT, 'compat/smoke/main.program.ts')],
    outfile: join(folder, PROGRAM),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  const { ca, server } = await certificates();
  return { ca, server };
}

interface Seen {
  readonly passed: Set<string>;
  readonly failed: Map<string, string>;
  readonly notes: string[];
}

/** Both suites of the smoke on one runtime. */
export async function smoke(runtime: Runtime, folder: string, identity: Identity): Promise<Outcome> {
  const once = causesOf(runtime).flatMap(({ checks }) => checks);
  writeFileSync(join(folder, SETTINGS), JSON.stringify({ ...identity, once } satisfies Issued));
  const seen: Seen = { passed: new Set(), failed: new Map(), notes: [] };
  for (const suite of ['basics', 'conformance']) await runSuite(suite, runtime, folder, seen);
  return judge(runtime, seen);
}

async function runSuite(suite: string, runtime: Runtime, folder: string, seen: Seen): Promise<void> {
  let next = 0;
  for (let starts = 0; starts < STARTS; starts += 1) {
    let current: string | undefined;
    let done = false;
    const onLine = (line: string): void => {
      const message = JSON.parse(line) as Message;
      if (message.kind === 'done') {
        done = true;
      } else if (message.kind === 'begun') {
        current = message.name;
        next = message.index + 1;
      } else {
        current = undefined;
        if (message.error === undefined) seen.passed.add(message.name);
        else seen.failed.set(message.name, message.error);
        if (message.again !== undefined) {
          seen.notes.push(`${message.name}: only when it was tried again, after ${message.again}`);
        }
      }
    };
    const args = [...runtime.args, PROGRAM, suite, SETTINGS, String(next)];
    const { exit, stderr } = await run({ file: runtime.file, args, cwd: folder, within: WITHIN, onLine });
    if (done && exit === 0) {
      seen.passed.add(`${suite}: the process exits by itself`);
      return;
    }
    const what = `the process ended with ${exit}: ${stderr.slice(-2_000)}`;
    seen.failed.set(current ?? `${suite}: the process exits by itself`, what);
    if (done) return;
  }
}

function causesOf({ name }: Runtime): readonly KnownCause[] {
  return knownCauses.filter(({ runtime }) => runtime === name);
}

function judge(runtime: Runtime, { passed, failed, notes }: Seen): Outcome {
  const causes = causesOf(runtime);
  const known = new Set(causes.flatMap(({ checks }) => checks));
  const unexpected = [...failed].filter(([name]) => !known.has(name));
  const isMended = ({ checks }: KnownCause): boolean => checks.every((name) => !failed.has(name));
  const mended = causes.filter(isMended);
  return {
    passed: passed.size,
    known: failed.size - unexpected.length,
    failures: [
      ...unexpected.map(([name, error]) => `${name}: ${error}`),
      ...mended.map(({ why }) => `it is no longer so that ${why}: take it out of known-failures.ts`),
      ...(passed.size === 0 ? ['no check has passed'] : []),
    ],
    notes,
  };
}
