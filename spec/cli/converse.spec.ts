import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { BehaviorSubject, Subject } from 'rxjs';
import { converse, type Conversation } from '../../src/cli/converse.ts';
import { bytesMode } from '../../src/cli/message-mode.ts';
import { OutputSink } from '../../src/cli/output-sink.ts';
import { connectionDouble } from '../../src/testing/index.ts';
import { within } from '../examples/program.ts';

/** What a peer hears that is busy at first; `|` is FIN. */
function talk(more: Partial<Conversation>): {
  readonly stdin: PassThrough;
  readonly stop: Subject<void>;
  readonly busy: BehaviorSubject<boolean>;
  readonly heard: Promise<string>;
} {
  const stdin = new PassThrough();
  const stop = new Subject<void>();
  const busy = new BehaviorSubject(true);
  const connection = connectionDouble({ congested: busy, role: 'dialled' });
  const output = new OutputSink(new PassThrough());
  converse(connection, bytesMode, {
    ...{ stdin, output, stop, endsWithInput: true, isTyped: false },
    ...more,
  }).subscribe({ error: () => undefined });
  let text = '';
  const heard = new Promise<string>((resolve) => {
    connection.written.subscribe({
      next: (bytes) => {
        text += String(bytes);
      },
      complete: () => {
        resolve(`${text}|`);
      },
      error: () => {
        resolve(`${text}#`);
      },
    });
  });
  return { stdin, stop, busy, heard: within(heard, () => text) };
}

describe('to stop a conversation', () => {
  it.each([[true], [false]])(
    'sends what was read to its end before FIN, be that due by itself or not: %s',
    async (endsWithInput) => {
      const { stdin, stop, busy, heard } = talk({ endsWithInput });
      stdin.end('all of it');
      await within(once(stdin, 'end'), () => 'standard input is not read to its end');
      stop.next();
      busy.next(false);
      expect(await heard).toBe('all of it|');
    },
  );

  it.each<readonly [end: string, what: string, more: Partial<Conversation>]>([
    ['#', 'is a reset in the middle of a file', {}],
    ['|', 'is FIN for what is typed', { isTyped: true }],
    ['|', 'is FIN for many, who were promised no end', { endsWithInput: false }],
  ])('%s %s', async (end, _, more) => {
    const { stdin, stop, heard } = talk(more);
    const read = once(stdin, 'data');
    stdin.write('half of');
    await within(read, () => 'standard input is not read');
    stop.next();
    expect(await heard).toBe(end);
  });
});
