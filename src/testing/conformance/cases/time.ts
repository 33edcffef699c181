import { equal, ok } from 'node:assert/strict';
import { concat, defer, ignoreElements, NEVER, of, retry } from 'rxjs';
import { lines } from '../../../framing/lines.ts';
import { backoff } from '../../../operators/backoff.ts';
import { firstByteTimeout } from '../../../operators/first-byte-timeout.ts';
import { framedConnection } from '../../../operators/framed-connection.ts';
import { idleTimeout } from '../../../operators/idle-timeout.ts';
import { maxLifetime } from '../../../operators/max-lifetime.ts';
import { serve } from '../../../operators/serve.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { heardClock } from '../heard-clock.ts';

/** Every timeout passes on the scheduler. A timer of Node may fire up to a millisecond early (Node issue 26578). */
export const timeCases: readonly ConformanceCase[] = [
  {
    name: 'connectTimeout ends a dial that nobody answers',
    rule: 18,
    needs: 'unanswered',
    async run(context) {
      const { endpoint, options } = context.unansweredDial();
      const began = context.now();
      const dialling = context.dialling(endpoint, { ...options, connectTimeout: 40 });
      const error = await dialling.fails('ERR_CONNECT_TIMEOUT');
      const took = context.now() - began;
      ok(took >= 35, `the dial was given up after ${took} ms`);
      ok(error.endpoint !== undefined && error.message.includes('40 ms'), error.message);
    },
  },
  {
    name: 'unsubscribing from a dial that nobody answers ends it, and no time passes',
    rule: 2,
    needs: 'unanswered',
    async run(context) {
      const { endpoint, options } = context.unansweredDial();
      let isGivenUp = false;
      let late = 0;
      // Who has unsubscribed hears no more of the dial, whatever becomes of it. Its timer tells.
      const scheduler = heardClock(context.scheduler, () => {
        if (isGivenUp) late += 1;
      });
      const dialling = context.dialling(endpoint, { ...options, connectTimeout: 30, scheduler });
      await context.passTime(5);
      dialling.stop();
      isGivenUp = true;
      await context.passTime(45);
      equal(late, 0, 'timers of the dial that went off after it');
    },
  },
  {
    name: 'a signal ends a dial that nobody answers with ERR_ABORTED',
    rule: 2,
    needs: 'unanswered',
    async run(context) {
      const { endpoint, options } = context.unansweredDial();
      const controller = new AbortController();
      const dialling = context.dialling(endpoint, { ...options, signal: controller.signal });
      await context.passTime(5);
      dialling.isOpen();
      controller.abort();
      await dialling.fails('ERR_ABORTED');
    },
  },
  {
    name: 'idleTimeout aborts a connection on which nothing moves',
    rule: 18,
    async run(context) {
      const { server } = await context.bind();
      const served = server.connections.pipe(
        idleTimeout(40, context.scheduler),
        serve(({ received }) => received),
      );
      const outcomes = context.record('serve', served);
      await context.dial(server.endpoint);
      const { error, summary } = await outcomes.first();
      equal(error?.code, 'ERR_IDLE_TIMEOUT');
      ok(summary.duration >= 35, `it was aborted after ${summary.duration} ms`);
    },
  },
  {
    name: 'firstByteTimeout aborts who connects and says nothing',
    rule: 18,
    async run(context) {
      const { server } = await context.bind();
      const served = server.connections.pipe(
        firstByteTimeout(40, context.scheduler),
        serve(({ received }) => received),
      );
      const outcomes = context.record('serve', served);
      await context.dial(server.endpoint);
      const { error, summary } = await outcomes.first();
      equal(error?.code, 'ERR_FIRST_BYTE_TIMEOUT');
      ok(summary.duration >= 35, `it was aborted after ${summary.duration} ms`);
    },
  },
  {
    name: 'maxLifetime drains a connection that has lived for long enough',
    rule: 18,
    async run(context) {
      const { server } = await context.bind();
      const served = server.connections.pipe(
        maxLifetime(40, { jitter: 0, scheduler: context.scheduler }),
        serve(({ received }) => concat(received.pipe(ignoreElements()), of('your time is over'))),
      );
      const outcomes = context.record('serve', served);
      const { connection, dialling } = await context.dial(server.endpoint);
      equal(await context.read(connection).wholeText(), 'your time is over');
      const { error, summary } = await outcomes.first();
      equal(error, undefined);
      ok(summary.duration >= 35, `it was drained after ${summary.duration} ms`);
      await dialling.completes();
    },
  },
  {
    name: 'frameTimeout ends a connection whose message is not finished in time',
    rule: 18,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const framing = { frameTimeout: 50, scheduler: context.scheduler };
      const messages = framedConnection(accepted, lines(), framing);
      const received = context.record('messages', messages.received);
      dialled.write('one line\nand half of an');
      await received.fails('ERR_FRAME_TIMEOUT');
      received.is(['one line']);
    },
  },
  {
    name: 'backoff makes the dials of a retry wait for longer and longer',
    rule: 18,
    async run(context) {
      const { server, stop } = await context.bind();
      await stop();
      const { scheduler } = context;
      const dials: number[] = [];
      const connect = defer(() => {
        dials.push(context.now());
        return context.client.connect(server.endpoint, context.connectOptions());
      });
      const delay = backoff({ initial: 20, factor: 2, jitter: 0, scheduler });
      await context.record('connect', connect.pipe(retry({ count: 2, delay }))).failsWith();
      const waits = dials.slice(1).map((time, index) => time - (dials[index] ?? 0));
      equal(waits.length, 2);
      ok((waits[0] ?? 0) >= 18 && (waits[1] ?? 0) >= 38, `the dials were ${waits.join(' and ')} ms apart`);
    },
  },
  {
    name: 'a send that nobody ends waits for ever, and no timeout of ours ends it',
    rule: 18,
    async run(context) {
      const { dialled, dialling } = await context.pair({ connect: { closeTimeout: 10 } });
      const sending = context.record('a send', dialled.send(NEVER));
      await context.passTime(45);
      sending.isOpen();
      dialling.isOpen();
    },
  },
];
