// Breaks the library in known ways, in a copy, and tells which of them the model notices: it has to notice every one.
// `npm run test:lifecycle:mutants`
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, markdownTable, writeReliabilitySection } from '../scripts/reliability-section.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '1000' },
    publish: { type: 'boolean', default: false },
  },
});

interface Mutant {
  readonly what: string;
  readonly file: string;
  /** Stands there once. */
  readonly from: string;
  readonly to: string;
}

const mutants: readonly Mutant[] = [
  {
    what: 'a chunk is delivered twice, now and then',
    file: 'connection/inbound.ts',
    from: 'this.#reader.next(chunk);',
    to: 'this.#reader.next(chunk); if (chunk.length % 5 === 3) this.#reader.next(chunk);',
  },
  {
    what: 'what was kept for the next reader is delivered in the wrong order',
    file: 'connection/inbound.ts',
    from: 'const chunk = pending.shift();',
    to: 'const chunk = pending.pop();',
  },
  {
    what: 'bytes that are read are not counted while somebody holds',
    file: 'connection/inbound.ts',
    from: 'this.bytesRead += chunk.length;',
    to: 'if (this.#holds === 0) this.bytesRead += chunk.length;',
  },
  {
    what: 'a hold is ignored',
    file: 'connection/inbound.ts',
    from: 'while (this.#reader.present && this.#holds === 0 && !this.#dropped)',
    to: 'while (this.#reader.present && !this.#dropped)',
  },
  {
    what: 'one release ends all holds',
    file: 'connection/inbound.ts',
    from: 'this.#holds -= 1;',
    to: 'this.#holds = 0;',
  },
  {
    what: 'an accepted connection is read before anybody reads',
    file: 'connection/duplex-connection.ts',
    from: "this.#inbound.sense(this.#profile.role === 'dialled' || sending || ended);",
    to: 'this.#inbound.sense(sending || !ended);',
  },
  {
    what: 'a dialled connection does not sense the end of its peer',
    file: 'connection/duplex-connection.ts',
    from: "this.#inbound.sense(this.#profile.role === 'dialled' || sending || ended);",
    to: 'this.#inbound.sense(sending || ended);',
  },
  {
    what: 'sends are not told when the connection is gone',
    file: 'connection/duplex-connection.ts',
    from: 'this.#senders?.fail(this.#record.error ?? this.#writer.closedError());',
    to: '',
  },
  {
    what: 'sends are not told when the connection is ended here',
    file: 'connection/duplex-connection.ts',
    from: 'this.#senders?.failUnfinished(this.#record.error ?? this.#writer.closedError());',
    to: '',
  },
  {
    what: 'the end of the peer does not end a dialled connection',
    file: 'connection/duplex-connection.ts',
    from: "if (this.#halfCloseMode === 'not at all') this.#endWithPeer();",
    to: "if (this.#halfCloseMode !== 'not at all') this.onSendersChange();",
  },
  {
    what: 'an accepted connection ends although somebody sends',
    file: 'connection/duplex-connection.ts',
    from: 'if (this.#senders?.none === false) return;',
    to: '',
  },
  {
    what: 'unsubscribing does not flush',
    file: 'connection/outbound.ts',
    from: "this.#state = 'ended';\n    this.#handOver();",
    to: "this.#state = 'ended';\n    this.#buffer?.clear();",
  },
  {
    what: 'a send completes when its source does, flushed or not',
    file: 'connection/outbound.ts',
    from: 'if (this.waiting === 0) this.#complete(subscriber);',
    to: 'if (this.waiting >= 0) this.#complete(subscriber);',
  },
  {
    what: 'refused writes are not counted',
    file: 'connection/duplex-connection.ts',
    from: 'outbound.refused += 1;\n      return false;',
    to: 'return false;',
  },
  {
    what: 'congestion is never over',
    file: 'connection/outbound.ts',
    from: 'if (this.#congested && this.waiting <= this.#highMark * LOW_TO_HIGH) this.#setCongested(false);',
    to: '',
  },
  {
    what: 'maxWriteBuffer is not minded',
    file: 'connection/outbound.ts',
    from: 'if (bounded && waiting > 0 && waiting + bytes > this.#limit)',
    to: 'if (bounded && waiting > 1 && waiting + bytes > this.#limit && bytes > this.#limit)',
  },
  {
    what: 'a source is not let go when its send is cancelled',
    file: 'connection/send.ts',
    from: 'pushing.unsubscribe();',
    to: 'void pushing;',
  },
  {
    what: 'closeTimeout is forgotten',
    file: 'connection/duplex-connection.ts',
    from: 'this.#inbound.letGo();\n    this.#forceInTime();',
    to: 'this.#inbound.letGo();',
  },
  {
    what: 'the timer of a close outlives it',
    file: 'connection/duplex-connection.ts',
    from: 'this.#forcing?.unsubscribe();',
    to: '',
  },
  {
    what: 'an abort ends gracefully',
    file: 'connection/duplex-connection.ts',
    from: 'else this.#profile.traits.reset(this.#stream);',
    to: 'else this.#stream.end();',
  },
  {
    what: 'a loss overtakes the bytes before it',
    file: 'connection/duplex-connection.ts',
    from: 'for (let chunk = this.#read(); chunk !== null; chunk = this.#read()) this.onStreamData(chunk);',
    to: 'this.#inbound.drop();',
  },
  {
    what: 'a drain tells nobody',
    file: 'transport/listening-server.ts',
    from: 'this.#draining.next();\n    this.#draining.complete();',
    to: '',
  },
  {
    what: 'a drain goes on accepting',
    file: 'transport/listening-server.ts',
    from: 'drain(): void {\n    this.#stopAccepting();',
    to: 'drain(): void {',
  },
  {
    what: 'gracePeriod is forgotten',
    file: 'transport/bind.ts',
    from: 'return race(server.idle, deadline(gracePeriod, scheduler));',
    to: 'return gracePeriod < 0 ? deadline(gracePeriod, scheduler) : race(server.idle);',
  },
  {
    what: 'stopping a server leaves its connections open',
    file: 'transport/listening-server.ts',
    from: 'this.#open.closeAll();',
    to: '',
  },
  {
    what: 'a lost connection completes connect',
    file: 'transport/while-subscribed.ts',
    from: 'else subscriber.error(error);',
    to: 'else subscriber.complete();',
  },
  {
    what: 'unsubscribing from connect leaves the connection open',
    file: 'transport/while-subscribed.ts',
    from: 'connection.letGo();',
    to: '',
  },
  {
    what: 'the file of a Unix socket stays',
    file: 'transport/bind-unix-path.ts',
    from: '?.ino === ours) unlinkSync(path);',
    to: '?.ino === ours) return;',
  },
];

const ROOT = resolve(import.meta.dirname, '..');

function main(): void {
  // Within the repository, so that its packages are found.
  const copy = mkdtempSync(join(ROOT, 'temp', 'mutants-'));
  try {
    for (const name of [
      'src',
      'lifecycle',
      'scripts',
      'spec/certificates.ts',
      'package.json',
      'tsconfig.json',
    ]) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const rows = [
      { what: 'nothing', file: '', from: '', to: '' },
      ...mutants.filter(({ what }) => what.includes(values.only)),
    ].map((mutant) => {
      const said = verdict(copy, mutant);
      process.stdout.write(`${mutant.what}: ${said}\n`);
      return [mutant.what, said];
    });
    const [sane, ...verdicts] = rows.map(([, said]) => said);
    const caught = verdicts.filter((said) => said !== MISSED).length;
    process.stdout.write(`${caught} of ${verdicts.length} were noticed\n`);
    if (values.publish) publish(rows, caught);
    if (sane !== MISSED || caught < verdicts.length) process.exitCode = 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const MISSED = 'no failure';

/** The first thing that the model found broken. */
function verdict(copy: string, { file, from, to }: Mutant): string {
  const path = join(copy, 'src', file);
  const original = file === '' ? '' : readFileSync(path, 'utf8');
  if (file !== '') {
    if (original.split(from).length !== 2) throw new Error(`${file} does not have once: ${from}`);
    writeFileSync(
      path,
      original.replace(from, () => to),
    );
  }
  const run = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'lifecycle/main.ts', '--runs', values.runs, '--first'],
    { cwd: copy, encoding: 'utf8', timeout: 240_000 },
  );
  if (file !== '') writeFileSync(path, original);
  if (run.status === 0) return MISSED;
  const medium = /^(\w+): \d+ runs/mu.exec(run.stdout)?.[1] ?? 'it did not run';
  const broken = /^(\w+): .*\n {4}but /mu.exec(run.stdout)?.[1] ?? 'something else';
  return `${broken} (${medium})`;
}

function publish(rows: readonly (readonly (string | undefined)[])[], caught: number): void {
  const table = markdownTable(
    ['what was broken', 'what the model found first'],
    rows.map((row) => row.map((cell) => cell ?? '')),
  );
  const about = `The library was broken in ${mutants.length} ways, one at a time, and the model was run ${values.runs} times on each: ${caught} were noticed. \`npm run test:lifecycle:mutants\`, ${machine()}.`;
  writeReliabilitySection('lifecycle-mutants', `## What the model notices\n\n${about}\n\n${table}`);
}

main();
