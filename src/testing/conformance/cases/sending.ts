import { deepEqual, equal, ok } from 'node:assert/strict';
import { ReadableStream } from 'node:stream/web';
import { finalize, from, map, NEVER, of, range, Subject, throwError, type ObservableInput } from 'rxjs';
import type { Bytes } from '../../../framing/bytes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { inPieces, payload, sameBytes } from '../payload.ts';

const THREE = ['one ', 'two ', 'three'];

// As functions: an iterator can be used up only once.
const inputs: Readonly<Record<string, () => ObservableInput<Bytes>>> = {
  'an array': () => THREE,
  'an iterable': () => new Set(THREE),
  'a generator': () => THREE.values(),
  'an async iterable': () => later(THREE),
  'a Web stream': () => streamOf(THREE),
  'an Observable': () => from(THREE),
  'a Promise': () => Promise.resolve(THREE.join('')),
  'one text, as a whole': () => THREE.join(''),
};

async function* later(values: readonly string[]): AsyncGenerator<string> {
  for (const value of values) yield await Promise.resolve(value);
}

function streamOf(values: readonly string[]): ReadableStream<string> {
  return new ReadableStream({
    start: (controller) => {
      for (const value of values) controller.enqueue(value);
      controller.close();
    },
  });
}

/** `send`: what it takes, how it ends, and what it leaves alone. */
export const sendingCases: readonly ConformanceCase[] = [
  ...Object.entries(inputs).map(([kind, input]): ConformanceCase => ({
    name: `send sends ${kind}, and completes`,
    rule: 10,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      await context.send(dialled, input());
      dialled.end();
      equal(await context.read(accepted).wholeText(), THREE.join(''));
    },
  })),
  {
    name: 'send does nothing before it is subscribed, and sends again for each subscription',
    rule: 1,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const greeting = dialled.send(['hello ']);
      dialled.write('first ');
      await context.record('a send', greeting).completes();
      await context.record('the same again', greeting).completes();
      dialled.end();
      equal(await context.read(accepted).wholeText(), 'first hello hello ');
    },
  },
  {
    name: 'send completes when all was handed over, although nobody has read it',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      await context.send(dialled, ['hello']);
      await context.passTime();
      equal(String(await context.read(accepted).reaches(5)), 'hello');
    },
  },
  {
    name: 'values of concurrent sends arrive whole, and in the order of each',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const linesOf = (name: string): string[] =>
        Array.from({ length: 300 }, (_, index) => `${name}${index}${name.repeat(index)}\n`);
      const reading = context.read(accepted);
      await Promise.all(['a', 'b', 'c'].map((name) => context.send(dialled, later(linesOf(name)))));
      dialled.end();
      const lines = (await reading.wholeText()).split(/(?<=\n)/u);
      equal(lines.length, 900);
      for (const name of ['a', 'b', 'c']) {
        deepEqual(
          lines.filter((line) => line.startsWith(name)),
          linesOf(name),
        );
      }
    },
  },
  {
    name: 'send pulls no faster than the peer reads',
    rule: 10,
    async run(context) {
      const { dialled } = await context.pair();
      const piece = payload(64 * 1024);
      let pulled = 0;
      const endless = function* (): Generator<Buffer> {
        for (; pulled < 2 * context.window; pulled += piece.length) yield piece;
      };
      const sending = context.record('a send', dialled.send(endless()));
      const { bytesWritten } = await context.standstill(dialled);
      sending.isOpen();
      ok(bytesWritten > 0 && bytesWritten <= context.window, `${bytesWritten} bytes went out unread`);
      ok(pulled - bytesWritten <= 1_000_000, `${pulled} bytes were pulled, and ${bytesWritten} went out`);
    },
  },
  {
    name: 'send goes on when the peer reads on, and nothing is missing',
    rule: 10,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(4_000_000);
      const sending = context.record('a send', dialled.send(inPieces(sent, 64 * 1024)));
      await context.standstill(dialled);
      const reading = context.read(accepted);
      await sending.completes();
      dialled.end();
      sameBytes('what was sent', await reading.whole(), sent);
    },
  },
  {
    name: 'a push source that outruns the peer errs with ERR_WRITE_OVERFLOW, and what went before arrives',
    rule: 10,
    async run(context) {
      const { accepted, dialled } = await context.pair({ connect: { maxWriteBuffer: 100_000 } });
      const piece = payload(50_000);
      let unsubscribed = false;
      const pieces = range(0, Math.ceil((2 * context.window) / piece.length)).pipe(
        map(() => piece),
        finalize(() => (unsubscribed = true)),
      );
      const { phase } = await context.record('a send', dialled.send(pieces)).fails('ERR_WRITE_OVERFLOW');
      deepEqual([phase, unsubscribed], ['write', true]);
      dialled.end();
      const arrived = await context.read(accepted).whole();
      ok(arrived.length > 0 && arrived.length % piece.length === 0, `${arrived.length} bytes arrived`);
      for (const each of inPieces(arrived, piece.length)) sameBytes('a piece', each, piece);
    },
  },
  {
    name: 'a single value over maxWriteBuffer is taken when nothing waits',
    rule: 10,
    async run(context) {
      const { accepted, dialled } = await context.pair({ connect: { maxWriteBuffer: 1_000 } });
      const sent = payload(200_000);
      const reading = context.read(accepted);
      await context.send(dialled, of(sent));
      dialled.end();
      sameBytes('what was sent', await reading.whole(), sent);
    },
  },
  {
    name: 'unsubscribing from a send stops a source that pushes, and the connection goes on',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const source = new Subject<string>();
      const sending = context.record('a send', dialled.send(source));
      source.next('pushed ');
      sending.stop();
      equal(source.observed, false);
      dialled.write('written');
      dialled.end();
      equal(await context.read(accepted).wholeText(), 'pushed written');
    },
  },
  {
    name: 'unsubscribing from a send stops a source that is pulled, and what was taken arrives',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const piece = payload(64 * 1024);
      let pulled = 0;
      let returned = false;
      const endless = function* (): Generator<Buffer> {
        try {
          for (; pulled < 2 * context.window; pulled += piece.length) yield piece;
        } finally {
          returned = true;
        }
      };
      const sending = context.record('a send', dialled.send(endless()));
      await context.standstill(dialled);
      equal(returned, false);
      sending.stop();
      equal(returned, true);
      dialled.write('written');
      dialled.end();
      const arrived = await context.read(accepted).whole();
      equal(arrived.length % piece.length, 'written'.length);
      equal(String(arrived.subarray(-7)), 'written');
    },
  },
  {
    name: 'an error of the source is passed on as it is, and the connection goes on',
    rule: 16,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const boom = new Error('boom');
      equal(await context.record('a send', dialled.send(throwError(() => boom))).failsWith(), boom);
      dialled.write('fine');
      equal(String(await context.read(accepted).reaches(4)), 'fine');
    },
  },
  {
    name: 'send after end errs with ERR_CLOSED',
    rule: 11,
    async run(context) {
      const { dialled } = await context.pair();
      dialled.end();
      const { phase } = await context.record('a send', dialled.send(['too late'])).fails('ERR_CLOSED');
      equal(phase, 'write');
    },
  },
  {
    name: 'a send that is under way errs with ERR_CLOSED at end, and lets go of its source',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const source = new Subject<string>();
      const sending = context.record('a send', dialled.send(source));
      source.next('said');
      dialled.end();
      await sending.fails('ERR_CLOSED');
      equal(source.observed, false);
      equal(await context.read(accepted).wholeText(), 'said');
    },
  },
  {
    name: 'a send that is under way errs when the connection is aborted, and lets go of its source',
    rule: 11,
    async run(context) {
      const { dialled } = await context.pair();
      let unsubscribed = false;
      const source = NEVER.pipe(finalize(() => (unsubscribed = true)));
      const sending = context.record('a send', dialled.send(source));
      dialled.abort();
      await sending.fails('ERR_ABORTED');
      equal(unsubscribed, true);
    },
  },
  {
    name: 'a send that waits for the peer errs when the peer resets',
    rule: 11,
    needs: 'reset',
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sending = context.record(
        'a send',
        dialled.send(inPieces(payload(2 * context.window), 1_000_000)),
      );
      await context.standstill(dialled);
      sending.isOpen();
      accepted.abort();
      await sending.fails('ERR_CONNECTION_RESET');
    },
  },
];
