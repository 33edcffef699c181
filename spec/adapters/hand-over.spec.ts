import { HandOver } from '../../src/adapters/hand-over.ts';

describe('HandOver', () => {
  it('gives a value when it is asked for, and says that it was taken at the next ask', async () => {
    const writes = new HandOver<string>();
    const values = writes[Symbol.asyncIterator]();
    const taken: (string | undefined)[] = [];
    const first = values.next();
    writes.offer('a', (error) => taken.push(error?.message));
    expect(await first).toEqual({ done: false, value: 'a' });
    expect(taken).toEqual([]);
    const second = values.next();
    expect(taken).toEqual([undefined]);
    writes.end();
    expect(await second).toEqual({ done: true, value: undefined });
  });

  it('keeps a value that is offered before anybody asks', async () => {
    const writes = new HandOver<string>();
    writes.offer('a', () => undefined);
    expect(await writes[Symbol.asyncIterator]().next()).toEqual({ done: false, value: 'a' });
  });

  it('fails what is not taken yet, and what is offered later', async () => {
    const writes = new HandOver<string>();
    const values = writes[Symbol.asyncIterator]();
    const errors: (string | undefined)[] = [];
    const note = (error?: Error): void => {
      errors.push(error?.message);
    };
    writes.offer('a', note);
    await values.next();
    writes.offer('b', note);
    writes.fail(new Error('lost'));
    writes.offer('c', note);
    expect(errors).toEqual(['lost', 'lost', 'lost']);
  });
});
