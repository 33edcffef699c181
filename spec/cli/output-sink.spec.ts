import { PassThrough, Writable } from 'node:stream';
import { OutputSink } from '../../src/cli/output-sink.ts';

function sink(): { stream: PassThrough; output: OutputSink; told: unknown[] } {
  const stream = new PassThrough({ highWaterMark: 4 });
  const output = new OutputSink(stream);
  const told: unknown[] = [];
  output.full.subscribe((full) => told.push(full));
  return { stream, output, told };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('OutputSink', () => {
  it('is full from a write that there is no room for, until the stream has drained', async () => {
    const { stream, output, told } = sink();
    output.write('abc');
    expect(told).toEqual([false]);
    output.write('defgh');
    expect(told).toEqual([false, true]);
    stream.resume();
    await turn();
    expect(told).toEqual([false, true, false]);
  });

  it('is flushed when the stream has taken all that was written', async () => {
    const { stream, output } = sink();
    const flushed: string[] = [];
    output.write('a longer text');
    output.write('and another');
    output.flushed.subscribe({ complete: () => flushed.push('flushed') });
    await turn();
    expect(flushed).toEqual([]);
    stream.resume();
    await turn();
    expect(flushed).toEqual(['flushed']);
  });

  it('is flushed when nothing was written', () => {
    const flushed: string[] = [];
    sink().output.flushed.subscribe({ complete: () => flushed.push('flushed') });
    expect(flushed).toEqual(['flushed']);
  });

  it.each([
    ['EPIPE', 'nobody reads standard output any more (EPIPE)'],
    ['ENOSPC', 'standard output cannot be written: write ENOSPC'],
  ])('has failed when a write has, and says what that means: %s', async (code, message) => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => {
        done(Object.assign(new Error(`write ${code}`), { code }));
      },
    });
    const output = new OutputSink(stream.on('error', () => undefined));
    const failures: unknown[] = [];
    output.failed.subscribe({ error: (error: unknown) => failures.push(error) });
    output.write('lost');
    await turn();
    expect(failures).toMatchObject([{ message }]);
  });
});
