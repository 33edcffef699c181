import { deepEqual, equal, throws } from 'node:assert/strict';
import { TransportError } from '../../../errors/transport-error.ts';
import type { Bytes } from '../../../framing/bytes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { payload, sameBytes } from '../payload.ts';

/** `write` and `end`. */
export const writingCases: readonly ConformanceCase[] = [
  {
    name: 'values of one tick arrive in the order of the calls, whoever made them',
    rule: 9,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      dialled.write('a');
      context.record('a send', dialled.send(['b', 'c']));
      dialled.write('d');
      context.record('a send', dialled.send(['e']));
      dialled.end();
      equal(await context.read(accepted).wholeText(), 'abcde');
    },
  },
  {
    name: 'many small writes arrive in order',
    rule: 9,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const numbers = Array.from({ length: 5_000 }, (_, index) => `${index}\n`);
      const reading = context.read(accepted);
      for (const [index, number] of numbers.entries()) {
        dialled.write(number);
        if (index % 1_000 === 0) await context.passTime(1);
      }
      dialled.end();
      equal(await reading.wholeText(), numbers.join(''));
    },
  },
  {
    name: 'write copies what is small: it may be changed at once',
    rule: 9,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const scratch = Buffer.from('before');
      dialled.write(scratch);
      scratch.write('after!');
      equal(String(await context.read(accepted).reaches(6)), 'before');
    },
  },
  {
    name: 'write takes text, as UTF-8, bytes, and views of bytes',
    rule: 9,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      dialled.write('grüße 🌍 ');
      dialled.write(new TextEncoder().encode('bytes '));
      dialled.write(new TextEncoder().encode('a view of bytes').subarray(2, 6));
      dialled.end();
      equal(await context.read(accepted).wholeText(), 'grüße 🌍 bytes view');
    },
  },
  {
    name: 'an empty write sends nothing and ends nothing',
    rule: 9,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const reading = context.read(accepted);
      dialled.write('');
      dialled.write(new Uint8Array(0));
      await context.passTime();
      reading.is([]);
      reading.isOpen();
      dialled.write('something');
      equal(String(await reading.reaches(9)), 'something');
      equal(reading.values.filter(({ length }) => length === 0).length, 0);
    },
  },
  {
    name: 'write throws ERR_INVALID_VALUE at what is neither text nor bytes, and nothing else happens',
    rule: 16,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      throws(
        () => dialled.write(42 as unknown as Bytes),
        (error: unknown) => TransportError.is(error) && error.code === 'ERR_INVALID_VALUE',
      );
      dialled.write('fine');
      dialled.end();
      equal(await context.read(accepted).wholeText(), 'fine');
    },
  },
  {
    name: 'what is written right before the end arrives before it',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(300_000);
      dialled.write(sent);
      dialled.end();
      sameBytes('what was written', await context.read(accepted).whole(), sent);
    },
  },
  {
    name: 'write after end returns false and is counted',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      dialled.write('said');
      dialled.end();
      deepEqual([dialled.write('unsaid'), dialled.write('unsaid')], [false, false]);
      equal(await context.read(accepted).wholeText(), 'said');
      const { writesRefused, error } = await context.closed(dialled);
      deepEqual({ writesRefused, error }, { writesRefused: 2, error: undefined });
    },
  },
  {
    name: 'write after close is counted in the summary of who asks later',
    rule: 11,
    async run(context) {
      const { dialled } = await context.pair();
      dialled.abort();
      equal((await context.closed(dialled)).writesRefused, 0);
      equal(dialled.write('too late'), false);
      equal((await context.closed(dialled)).writesRefused, 1);
    },
  },
  {
    name: 'end may be called any number of times, also when all is over',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const reading = context.read(accepted);
      dialled.end();
      dialled.end();
      await reading.whole();
      await context.closed(dialled);
      dialled.end();
      equal((await context.closed(dialled)).error, undefined);
    },
  },
  {
    name: 'a write past maxWriteBuffer aborts with ERR_WRITE_OVERFLOW',
    rule: 10,
    async run(context) {
      const { dialled, dialling } = await context.pair({ connect: { maxWriteBuffer: 100_000 } });
      const piece = payload(50_000);
      for (let sent = 0; sent < 2 * context.window; sent += piece.length) dialled.write(piece);
      await dialling.fails('ERR_WRITE_OVERFLOW');
      equal((await context.closed(dialled)).error?.code, 'ERR_WRITE_OVERFLOW');
    },
  },
];
