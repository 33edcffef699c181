import { PassThrough } from 'node:stream';
import { filter, firstValueFrom, map, ReplaySubject, Subject } from 'rxjs';
import type { Command, Output, Terminal } from '../../src/cli/command.ts';
import { afterThisSpec } from '../cleanup.ts';
import { within } from '../examples/program.ts';

/** A command that runs in the process of the spec, with streams for standard input and output. */
export interface Run {
  readonly stdin: PassThrough;
  /** What it writes itself; read by nobody else. */
  readonly stdout: PassThrough;
  readonly stop: Subject<void>;
  /** All lines and notes until now. */
  readonly lines: readonly string[];
  /** The first that matches, be it said already or only later. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** The port of `listening on 127.0.0.1:PORT`. */
  port(): Promise<number>;
  /** `'done'`, or what it has failed with. */
  readonly ended: Promise<unknown>;
  unsubscribe(): void;
}

export function start(command: Command, args: readonly string[], more: Partial<Terminal> = {}): Run {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stop = new Subject<void>();
  const lines: string[] = [];
  const said = new ReplaySubject<string>();
  const size = (): { rows: number; columns: number } => ({ rows: 24, columns: 80 });
  const flags = { isTerminal: false, isTyped: false, hasColors: false };
  let unsubscribe = (): void => undefined;
  const ending = new Promise<unknown>((resolve) => {
    const running = command.run(args, { ...flags, size, stop, stdin, stdout, ...more }).subscribe({
      next: (output) => {
        for (const text of textsOf(output)) {
          lines.push(text);
          said.next(text);
        }
      },
      error: resolve,
      complete: () => {
        resolve('done');
      },
    });
    unsubscribe = () => {
      running.unsubscribe();
    };
  });
  afterThisSpec(() => {
    unsubscribe();
  });
  const line = (pattern: RegExp): Promise<RegExpExecArray> => {
    const matching = said.pipe(
      map((text) => pattern.exec(text)),
      filter((match) => match !== null),
    );
    return within(firstValueFrom(matching), () => `no ${pattern}; it said:\n${lines.join('\n')}`);
  };
  return {
    ...{ stdin, stdout, stop, lines, line, unsubscribe },
    port: async () => Number((await line(/^listening on (?:tls:\/\/)?127\.0\.0\.1:(\d+)$/))[1]),
    get ended() {
      return within(ending, () => `it does not end; it said:\n${lines.join('\n')}`);
    },
  };
}

/** All that a stream has from now on, until it has so many characters. */
export async function text(stream: PassThrough, length: number): Promise<string> {
  let heard = '';
  const reading = (async () => {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      heard += String(chunk);
      if (heard.length >= length) return heard;
    }
    return heard;
  })();
  return within(reading, () => `only ${JSON.stringify(heard.slice(0, 200))}`);
}

function textsOf(output: Output): readonly string[] {
  return output.kind === 'screen' ? output.lines : [output.text];
}
