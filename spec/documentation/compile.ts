import { join } from 'node:path';
import {
  createCompilerHost,
  createProgram,
  createSourceFile,
  flattenDiagnosticMessageText,
  getPreEmitDiagnostics,
  parseJsonConfigFileContent,
  readConfigFile,
  sys,
  type CompilerOptions,
} from 'typescript';

/** What the compiler makes of a text. */
export interface Compiled {
  /** With the number of the line, from 1. */
  readonly errors: readonly string[];
  readonly javaScript: string;
}

// Within the package, so that it is imported by its name, as it was built.
const FOLDER = join(process.cwd(), 'temp', 'examples');

/** Compiles modules, by their names, as strictly as this package itself; each sees nothing of the others. */
export function compileAll(modules: ReadonlyMap<string, string>): ReadonlyMap<string, Compiled> {
  const options = compilerOptions();
  const texts = new Map([...modules].map(([name, text]) => [join(FOLDER, `${name}.ts`), text]));
  const host = createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  const emitted = new Map<string, string>();
  const program = createProgram([...texts.keys()], options, {
    ...host,
    // It may not be there yet, and the modules are looked for in folders that are.
    directoryExists: (path) => path === FOLDER || sys.directoryExists(path),
    fileExists: (path) => texts.has(path) || fileExists(path),
    getSourceFile: (path, language, ...others) => {
      const text = texts.get(path);
      return text === undefined
        ? getSourceFile(path, language, ...others)
        : createSourceFile(path, text, language);
    },
    writeFile: (path, text) => {
      emitted.set(path, text);
    },
  });
  program.emit();
  return new Map(
    [...texts.keys()].map((path) => {
      const source = program.getSourceFile(path);
      const errors = getPreEmitDiagnostics(program, source).map(({ file, messageText, start = 0 }) => {
        const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
        return `line ${line}: ${flattenDiagnosticMessageText(messageText, '\n')}`;
      });
      const name = path.slice(FOLDER.length + 1, -'.ts'.length);
      return [name, { errors, javaScript: emitted.get(path.replace(/\.ts$/u, '.js')) ?? '' }];
    }),
  );
}

function compilerOptions(): CompilerOptions {
  const config: unknown = readConfigFile('tsconfig.json', (path) => sys.readFile(path)).config;
  const { options } = parseJsonConfigFileContent(config, sys, process.cwd());
  // Declarations, because an example has none to keep; the rest is as it is for everything else here.
  return { ...options, noEmit: false, declaration: false, isolatedDeclarations: false };
}
