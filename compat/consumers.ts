import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { output } from './command.ts';
import type { Outcome } from './outcome.ts';
import { ROOT } from './repository.ts';
import { isNode, type Runtime } from './runtimes.ts';

const WITHIN = 300_000;
const tool = (path: string): string => join(ROOT, 'node_modules', path);

interface Consumer {
  readonly name: string;
  run(): Promise<unknown>;
}

/** Programs as the users of the package write them, each built and run in its own way. */
export async function consumers(folder: string, runtimes: readonly Runtime[]): Promise<Outcome> {
  const failures: string[] = [];
  const all = [...plainConsumers(folder, runtimes), ...builtConsumers(folder)];
  for (const { name, run } of all) {
    try {
      await run();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { passed: all.length - failures.length, failures, known: 0, notes: [] };
}

/** JavaScript: on each runtime. */
function plainConsumers(folder: string, runtimes: readonly Runtime[]): Consumer[] {
  const programs = ['esm.mjs', 'cjs.cjs', 'both.mjs'];
  return runtimes.flatMap(({ name, file, args }) =>
    programs.map((program) => ({
      name: `${program} on ${name}`,
      run: () => output({ file, args: [...args, program], cwd: folder, within: WITHIN }),
    })),
  );
}

/** What is compiled, bundled or tested: by the tools of the repository, on the Node that runs this. */
function builtConsumers(folder: string): Consumer[] {
  const node = (cwd: string, ...args: string[]): Promise<string> =>
    output({ file: process.execPath, args, cwd: join(folder, cwd), within: WITHIN });
  const tsc = async (cwd: string, config: string): Promise<void> => {
    cpSync(join(folder, 'typed.ts'), join(folder, cwd, 'typed.ts'));
    await node(cwd, tool('typescript/bin/tsc'), '-p', config);
  };
  const compiled = async (cwd: string): Promise<void> => {
    await tsc(cwd, 'tsconfig.json');
    await node(cwd, 'out/typed.js');
  };
  return [
    { name: 'TypeScript, nodenext, an ES module', run: () => compiled('node-next') },
    { name: 'TypeScript, node16, CommonJS', run: () => compiled('commonjs') },
    {
      name: 'TypeScript, node10 resolution, types alone',
      run: () => tsc('commonjs', 'tsconfig.node10.json'),
    },
    {
      name: 'TypeScript, bundler resolution, one file by esbuild',
      run: async () => {
        await tsc('bundler', 'tsconfig.json');
        await build({
          absWorkingDir: join(folder, 'bundler'),
          entryPoints: ['typed.ts'],
          outfile: 'out.mjs',
          bundle: true,
          platform: 'node',
          format: 'esm',
          logLevel: 'error',
        });
        await node('bundler', 'out.mjs');
      },
    },
    { name: '{ connect } alone, bundled, has no codec, operator or testing kit', run: () => shaken(folder) },
    { name: 'jest, CommonJS, nothing transformed', run: () => node('jest', tool('jest/bin/jest.js')) },
    {
      name: 'the command line',
      run: () => node('.', 'node_modules/rxjs-net/dist/esm/cli/main.js', '--help'),
    },
  ];
}

const UNUSED =
  /rxjs-net\/dist\/esm\/(?:adapters|admission|operators|testing|framing\/(?:\w+-)*(?:lines|prefixed|delimited|serialized))/u;

/** Budgets of size (`npm run size`) say how much it is; this says what is none of it. */
async function shaken(folder: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: folder,
    stdin: { contents: "export { connect } from 'rxjs-net';", resolveDir: folder },
    bundle: true,
    platform: 'node',
    format: 'esm',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const kept = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const unused = kept.filter((path) => UNUSED.test(path));
  if (unused.length > 0) throw new Error(`it has ${unused.join(', ')}`);
  if (!kept.some((path) => path.endsWith('transport/connect.js'))) {
    throw new Error(`it has no connect: ${kept.join()}`);
  }
}

/** Whatever runs JavaScript, but that of Node the oldest and the newest are enough. */
export function consumersRunOn(runtimes: readonly Runtime[]): readonly Runtime[] {
  const nodes = runtimes.filter(isNode);
  const ends = [...nodes].sort((one, other) =>
    one.version.localeCompare(other.version, 'en', { numeric: true }),
  );
  const chosen = new Set([ends.at(0), ends.at(-1)]);
  return runtimes.filter((runtime) => !isNode(runtime) || chosen.has(runtime));
}
