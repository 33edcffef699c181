import { deepEqual, equal, ok } from 'node:assert/strict';
import { TransportError } from '../../../errors/transport-error.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { payload, sameBytes } from '../payload.ts';

/** `close`, `abort`, and what `closed` tells of them. */
export const closingCases: readonly ConformanceCase[] = [
  {
    name: 'the summaries of the two ends agree on what has passed',
    rule: 11,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      context.read(accepted);
      context.read(dialled);
      await context.send(accepted, [payload(30_000)]);
      dialled.write(payload(50_000));
      dialled.end();
      const [here, there] = await Promise.all([context.closed(dialled), context.closed(accepted)]);
      deepEqual([here.bytesWritten, here.bytesRead], [50_000, 30_000]);
      deepEqual([there.bytesWritten, there.bytesRead], [30_000, 50_000]);
      deepEqual([here.bytesDiscarded, there.bytesDiscarded], [0, 0]);
      deepEqual([here.error, there.error], [undefined, undefined]);
    },
  },
  {
    name: 'closed emits once, completes, and tells whoever comes later as well',
    rule: 2,
    async run(context) {
      const { dialled } = await context.pair();
      const early = context.record('closed', dialled.closed);
      await context.passTime();
      early.is([]);
      dialled.abort();
      equal((await early.completes()).length, 1);
      equal((await context.record('closed, later', dialled.closed).completes()).length, 1);
    },
  },
  {
    name: 'the duration is time of the scheduler from open to closed',
    rule: 18,
    async run(context) {
      const began = context.now();
      const { dialled } = await context.pair();
      await context.passTime(30);
      dialled.abort();
      const { duration } = await context.closed(dialled);
      // A timer of Node may fire up to a millisecond early (Node issue 26578).
      const most = context.now() - began + 1;
      ok(duration >= 28 && duration <= most, `${duration} ms, of at least 30 and at most ${most}`);
    },
  },
  {
    name: 'close flushes, and waits for the end of the peer',
    rule: 2,
    async run(context) {
      const { accepted, dialled } = await context.pair({
        bind: { allowHalfOpen: true },
        connect: { closeTimeout: Infinity },
      });
      const sent = payload(1_000_000);
      dialled.write(sent);
      let closed = false;
      const closing = dialled.close().then((summary) => {
        closed = true;
        return summary;
      });
      sameBytes('what was written', await context.read(accepted).whole(), sent);
      await context.passTime();
      equal(closed, false);
      accepted.end();
      equal((await context.wait('close to settle', closing)).error, undefined);
    },
  },
  {
    name: 'close may be called any number of times, also at once, and gives the same summary',
    rule: 2,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      context.read(accepted);
      const closing = [dialled.close(), dialled.close()];
      const [first, second] = await context.wait('both to settle', Promise.all(closing));
      const third = await context.wait('a later one to settle', dialled.close());
      deepEqual([second, third], [first, first]);
      deepEqual(await context.closed(dialled), first);
    },
  },
  {
    name: 'close resets after closeTimeout when the peer does not end',
    rule: 18,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair({
        bind: { allowHalfOpen: true },
        connect: { closeTimeout: 40 },
      });
      context.read(accepted);
      const began = context.now();
      const { error } = await context.wait('close to settle', dialled.close());
      equal(error?.code, 'ERR_CLOSE_TIMEOUT');
      const took = context.now() - began;
      ok(took >= 35, `it was reset after ${took} ms`);
      await dialling.fails('ERR_CLOSE_TIMEOUT');
    },
  },
  {
    name: 'a reader may finish while its connection is closed',
    rule: 2,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const reading = context.read(dialled);
      context.read(accepted);
      const said = payload(300_000);
      context.record('a send', accepted.send([said]));
      const closing = dialled.close();
      sameBytes('what the peer said', await reading.whole(), said);
      equal((await context.wait('close to settle', closing)).error, undefined);
    },
  },
  {
    name: 'who reads a connection that was closed here gets ERR_CLOSED',
    rule: 16,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      context.read(accepted);
      await context.wait('close to settle', dialled.close());
      await context.read(dialled).fails('ERR_CLOSED');
    },
  },
  {
    name: 'await using closes gracefully',
    rule: 2,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair();
      const reading = context.read(accepted);
      dialled.write('goodbye');
      await context.wait('the disposal', dialled[Symbol.asyncDispose]());
      equal(await reading.wholeText(), 'goodbye');
      await dialling.completes();
    },
  },
  {
    name: 'abort is seen by the peer as ERR_CONNECTION_RESET, whichever side it is',
    rule: 16,
    needs: 'reset',
    async run(context) {
      for (const side of ['accepted', 'dialled'] as const) {
        const pair = await context.pair();
        const other = pair[side === 'accepted' ? 'dialled' : 'accepted'];
        const reading = context.read(other, `what the peer of the ${side} one received`);
        pair[side].abort();
        await reading.fails('ERR_CONNECTION_RESET');
        equal((await context.closed(other)).error?.code, 'ERR_CONNECTION_RESET');
        await pair.bound.stop();
      }
    },
  },
  {
    name: 'abort ends the connection at both ends, whatever the peer sees of it',
    rule: 2,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const reading = context.read(accepted);
      dialled.abort();
      await reading.ends();
      await Promise.all([context.closed(dialled), context.closed(accepted)]);
    },
  },
  {
    name: 'abort tells its reason to the reader, to connect and to closed',
    rule: 16,
    async run(context) {
      const { dialled, dialling } = await context.pair();
      const reading = context.read(dialled);
      const reason = new Error('enough');
      dialled.abort(reason);
      const error = await reading.fails('ERR_ABORTED');
      deepEqual([error.cause, error.endpoint, error.connectionId], [reason, dialled.remote, dialled.id]);
      equal(await dialling.failsWith(), error);
      equal((await context.closed(dialled)).error, error);
    },
  },
  {
    name: 'an abort with a TransportError passes it on as it is',
    rule: 16,
    async run(context) {
      const { dialled } = await context.pair();
      const reason = new TransportError('ERR_INVALID_MESSAGE', { phase: 'read', detail: 'not for me' });
      const reading = context.read(dialled);
      dialled.abort(reason);
      equal(await reading.failsWith(), reason);
    },
  },
  {
    name: 'the first reason counts, and an abort after the end changes nothing',
    rule: 2,
    async run(context) {
      const { dialled } = await context.pair();
      dialled.abort(new Error('first'));
      dialled.abort(new Error('second'));
      const { error } = await context.closed(dialled);
      dialled.abort(new Error('third'));
      equal(error?.cause instanceof Error && error.cause.message, 'first');
      equal((await context.closed(dialled)).error, error);
    },
  },
  {
    name: 'abort throws away what a reader that holds has not taken, and tells it why',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const held = dialled.hold();
      const reading = context.read(dialled);
      await context.send(accepted, ['unread']);
      await context.passTime();
      dialled.abort();
      await reading.fails('ERR_ABORTED');
      reading.is([]);
      held.unsubscribe();
    },
  },
  {
    name: 'what was accepted and not handed over at an abort is counted as discarded',
    rule: 11,
    async run(context) {
      const { dialled } = await context.pair({ connect: { maxWriteBuffer: Infinity } });
      const piece = payload(1_000_000);
      const total = 2 * Math.ceil(context.window / piece.length) * piece.length;
      for (let written = 0; written < total; written += piece.length) dialled.write(piece);
      await context.standstill(dialled);
      dialled.abort();
      const { bytesWritten, bytesDiscarded } = await context.closed(dialled);
      ok(bytesDiscarded > 0, 'nothing was discarded');
      equal(bytesWritten + bytesDiscarded, total);
    },
  },
];
