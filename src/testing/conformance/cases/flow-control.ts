import { deepEqual, equal, ok } from 'node:assert/strict';
import { map, merge, Subject, timer } from 'rxjs';
import { boundedMergeMap } from '../../../operators/bounded-merge-map.ts';
import { framedConnection } from '../../../operators/framed-connection.ts';
import { holdWhile } from '../../../operators/hold-while.ts';
import { lines } from '../../../framing/lines.ts';
import type { Connection } from '../../../connection/connection.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { inPieces, payload, sameBytes } from '../payload.ts';

// What may be read ahead for a reader that holds is 256 KiB, and what comes in one piece with the last of it.
const READ_AHEAD = 1_000_000;

const PIECE = payload(64 * 1024);

/** Writes until the connection says that it is enough; false if it never does. */
function fill(connection: Connection, limit: number): boolean {
  for (let written = 0; written < limit; written += PIECE.length) {
    if (!connection.write(PIECE)) return true;
  }
  return false;
}

/** Each side tells the other when it cannot follow. */
export const flowControlCases: readonly ConformanceCase[] = [
  {
    name: 'congested tells the present state first: a new connection is not',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      equal(await context.record('congested', accepted.congested).first(), false);
      equal(await context.record('congested', dialled.congested).first(), false);
    },
  },
  {
    name: 'a peer that does not read makes the connection congested, and one that reads on ends that',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const congested = context.record('congested', dialled.congested);
      ok(fill(dialled, 2 * context.window), 'write has never returned false');
      equal(await context.record('congested, now', dialled.congested).first(), true);
      const before = congested.values.length;
      context.read(accepted);
      await congested.until('room again', () => congested.values.slice(before).includes(false));
      equal(dialled.write('more'), true);
    },
  },
  {
    name: 'what goes out to a peer that does not read is bounded, and the rest is not counted as written',
    rule: 13,
    async run(context) {
      const { dialled } = await context.pair({ connect: { maxWriteBuffer: Infinity } });
      for (let written = 0; written < 2 * context.window; written += PIECE.length) dialled.write(PIECE);
      const { bytesWritten } = await context.standstill(dialled);
      equal(await context.record('congested, now', dialled.congested).first(), true);
      ok(bytesWritten <= context.window, `${bytesWritten} bytes went to a peer that does not read`);
    },
  },
  {
    name: 'congested completes with the connection, and is false then',
    rule: 11,
    async run(context) {
      const { dialled } = await context.pair();
      ok(fill(dialled, 2 * context.window), 'write has never returned false');
      const congested = context.record('congested', dialled.congested);
      dialled.abort();
      equal((await congested.completes()).at(-1), false);
      deepEqual(await context.record('congested, later', dialled.congested).completes(), [false]);
    },
  },
  {
    name: 'hold stops the delivery until it is released',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const held = accepted.hold();
      const reading = context.read(accepted);
      await context.send(dialled, ['hello']);
      await context.passTime();
      reading.is([]);
      held.unsubscribe();
      equal(String(await reading.reaches(5)), 'hello');
    },
  },
  {
    name: 'holds are counted, and releasing one twice counts once',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const reading = context.read(accepted);
      const [one, two] = [accepted.hold(), accepted.hold()];
      await context.send(dialled, ['hello']);
      one.unsubscribe();
      one.unsubscribe();
      await context.passTime();
      reading.is([]);
      two.unsubscribe();
      equal(String(await reading.reaches(5)), 'hello');
    },
  },
  {
    name: 'a hold from within a value keeps back the next',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      let held = accepted.hold();
      held.unsubscribe();
      const holding = accepted.received.pipe(
        map((chunk) => {
          held = accepted.hold();
          return chunk;
        }),
      );
      const reading = context.read({ received: holding });
      await context.send(dialled, ['one']);
      await reading.reaches(3);
      await context.send(dialled, ['two']);
      await context.passTime();
      equal(reading.text, 'one');
      held.unsubscribe();
      equal(String(await reading.reaches(6)), 'onetwo');
    },
  },
  {
    name: 'the end of the peer is not told while held, and after the rest when released',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const held = accepted.hold();
      const reading = context.read(accepted);
      dialled.write('the rest');
      dialled.end();
      await context.passTime();
      reading.isOpen();
      reading.is([]);
      held.unsubscribe();
      equal(await reading.wholeText(), 'the rest');
    },
  },
  {
    name: 'a reader that holds makes its peer wait, in bounded memory, and then misses nothing',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(4_000_000);
      const held = accepted.hold();
      const reading = context.read(accepted);
      const sending = context.record('a send', dialled.send(inPieces(sent, 64 * 1024)));
      const { bytesRead } = await context.standstill(accepted);
      ok(bytesRead <= READ_AHEAD, `${bytesRead} bytes were read ahead`);
      held.unsubscribe();
      await sending.completes();
      dialled.end();
      sameBytes('what was sent', await reading.whole(), sent);
    },
  },
  {
    name: 'serve reads no more of a client than the client reads of the answers',
    rule: 13,
    async run(context) {
      const { bound } = await context.serve(({ received }) => received);
      const { accepted, dialled } = await context.join(bound);
      const piece = payload(64 * 1024);
      let pulled = 0;
      const endless = function* (): Generator<Buffer> {
        for (; pulled < 4 * context.window; pulled += piece.length) yield piece;
      };
      const sending = context.record('a send', dialled.send(endless()));
      const { bytesRead } = await context.standstill(accepted);
      sending.isOpen();
      ok(bytesRead <= context.window + READ_AHEAD, `${bytesRead} bytes were read`);
    },
  },
  {
    name: 'boundedMergeMap works on no more messages at a time than it may, and on all of them',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      let atWork = 0;
      let most = 0;
      const messages = framedConnection(accepted, lines(), { scheduler: context.scheduler });
      const results = boundedMergeMap(
        messages,
        (line) => {
          atWork += 1;
          most = Math.max(most, atWork);
          return timer(2, context.scheduler).pipe(
            map(() => {
              atWork -= 1;
              return line;
            }),
          );
        },
        3,
      );
      const done = context.record('the results', results);
      const sent = Array.from({ length: 30 }, (_, index) => `line ${index}`);
      dialled.write(sent.map((line) => `${line}\n`).join(''));
      dialled.end();
      deepEqual(new Set(await done.completes()), new Set(sent));
      equal(most, 3);
    },
  },
  {
    name: 'holdWhile reads only while it is not busy',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const busy = new Subject<boolean>();
      const reading = context.read({ received: holdWhile(accepted, busy) });
      busy.next(true);
      await context.send(dialled, ['hello']);
      await context.passTime();
      reading.is([]);
      busy.next(false);
      equal(String(await reading.reaches(5)), 'hello');
    },
  },
  {
    name: 'two connections and two holdWhile are a proxy',
    rule: 13,
    async run(context) {
      const front = await context.pair();
      const back = await context.join(front.bound);
      const proxy = merge(
        back.dialled.send(holdWhile(front.accepted, back.dialled.congested)),
        front.accepted.send(holdWhile(back.dialled, front.accepted.congested)),
      );
      context.record('the proxy', proxy);
      context.record('an echo', back.accepted.send(back.accepted.received));
      const sent = payload(1_000_000);
      context.record('a send', front.dialled.send(inPieces(sent, 50_000)));
      sameBytes('the echo', await context.read(front.dialled).reaches(sent.length), sent);
    },
  },
  {
    name: 'traffic tells the totals so far, each change, and completes with the connection',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const traffic = context.record('traffic', dialled.traffic);
      deepEqual(await traffic.first(), { bytesRead: 0, bytesWritten: 0 });
      accepted.write('12345');
      dialled.write('123');
      const reading = context.read(accepted);
      await reading.reaches(3);
      await context.read(dialled).reaches(5);
      dialled.end();
      await traffic.completes();
      deepEqual(traffic.values.at(-1), { bytesRead: 5, bytesWritten: 3 });
    },
  },
];
