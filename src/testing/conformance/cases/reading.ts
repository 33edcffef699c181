import { deepEqual, equal, ok } from 'node:assert/strict';
import { concat, concatMap, materialize, repeat, take, tap } from 'rxjs';
import type { ConformanceCase } from '../conformance-case.ts';
import { inPieces, payload, sameBytes } from '../payload.ts';

/** What `received` delivers, to whom, and when. */
export const readingCases: readonly ConformanceCase[] = [
  {
    name: 'nothing of an accepted connection is read before received is subscribed',
    rule: 6,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      await context.send(dialled, ['nobody asked']);
      await context.passTime();
      equal((await context.record('traffic', accepted.traffic).first()).bytesRead, 0);
    },
  },
  {
    name: 'what came before received was subscribed is delivered to its first subscriber',
    rule: 6,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      for (const [from, to] of [
        [dialled, accepted],
        [accepted, dialled],
      ] as const) {
        await context.send(from, ['early']);
        await context.passTime();
        equal(String(await context.read(to).reaches(5)), 'early');
      }
    },
  },
  {
    name: 'a second reader gets ERR_ALREADY_READING, and the first goes on',
    rule: 7,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const reading = context.read(accepted);
      const second = context.read(accepted, 'a second reader');
      const { phase } = await second.fails('ERR_ALREADY_READING');
      equal(phase, 'read');
      dialled.write('for the first');
      equal(String(await reading.reaches(13)), 'for the first');
    },
  },
  {
    name: 'a reader that comes after one that left goes on at the next byte',
    rule: 7,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const first = context.read(accepted, 'the first reader');
      dialled.write('one');
      await first.reaches(3);
      first.stop();
      await context.send(dialled, ['two']);
      await context.passTime();
      equal(first.text, 'one');
      equal(String(await context.read(accepted, 'the second reader').reaches(3)), 'two');
    },
  },
  {
    name: 'readers that take turns after every chunk miss nothing and get nothing twice',
    rule: 7,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(500_000);
      const turns = accepted.received.pipe(take(1), repeat({ count: sent.length }));
      const readers = context.read({ received: turns }, 'what the readers got');
      context.record('a send', dialled.send(inPieces(sent, 7_000)));
      sameBytes('all that the readers got', await readers.reaches(sent.length), sent);
    },
  },
  {
    name: 'who subscribes from within the last value of a reader is the next reader',
    rule: 7,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      dialled.write('first');
      const heard: string[] = [];
      const handedOver = accepted.received.pipe(
        take(1),
        tap((chunk) => heard.push(String(chunk))),
        concatMap(() => accepted.received),
      );
      const successor = context.record('the successor', handedOver);
      const there = context.record('traffic', accepted.traffic);
      await there.until('the first value', () => heard.length === 1);
      await context.send(dialled, ['second']);
      await successor.first();
      deepEqual([heard, successor.values.map(String)], [['first'], ['second']]);
    },
  },
  {
    name: 'a reader that comes late gets every byte, and then the completion',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(50_000);
      dialled.write(sent);
      dialled.end();
      await context.passTime();
      sameBytes('what was sent', await context.read(accepted).whole(), sent);
    },
  },
  {
    name: 'a client that reads late gets what the server said before it went',
    rule: 8,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair();
      await context.send(accepted, ['farewell']);
      void accepted.close();
      await context.passTime();
      equal(await context.read(dialled).wholeText(), 'farewell');
      await dialling.completes();
    },
  },
  {
    name: 'what came before a loss is delivered before the error',
    rule: 8,
    needs: 'reset',
    async run(context) {
      const { accepted, dialled } = await context.pair();
      accepted.write('last words');
      await context.hasRead(dialled, 'last words'.length);
      accepted.abort();
      await context.passTime();
      const reading = context.read(dialled);
      await reading.fails('ERR_CONNECTION_RESET');
      equal(reading.text, 'last words');
    },
  },
  {
    name: 'values, then one completion, and nothing after it',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const events = context.record('what received does', accepted.received.pipe(materialize()));
      dialled.write('hello');
      dialled.end();
      await events.completes();
      await context.closed(accepted);
      await context.passTime();
      const kinds = events.values.map(({ kind }) => kind);
      ok(kinds.length > 1, `there was ${kinds.join('')} alone`);
      deepEqual(kinds, [...kinds.slice(1).map(() => 'N'), 'C']);
    },
  },
  {
    name: 'received completes at once for whoever subscribes after the end was delivered',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair({ bind: { allowHalfOpen: true } });
      dialled.end();
      await context.read(accepted).whole();
      equal(await context.read(accepted, 'received, again').wholeText(), '');
    },
  },
  {
    name: 'bytes of every value arrive as they are',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const every = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
      dialled.write(every);
      dialled.end();
      sameBytes('every byte', await context.read(accepted).whole(), Buffer.from(every));
    },
  },
  {
    name: 'a completion comes once, and not before the reader that left is followed by another',
    rule: 7,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      dialled.write('all');
      dialled.end();
      const first = context.record('one chunk', accepted.received.pipe(take(1)));
      await first.completes();
      await context.passTime();
      const rest = concat(accepted.received, accepted.received);
      deepEqual(await context.record('the rest', rest).completes(), []);
    },
  },
];
