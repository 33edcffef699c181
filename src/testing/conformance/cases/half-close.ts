import { equal, ok } from 'node:assert/strict';
import { concat, defer, ignoreElements, map, NEVER, of, tap, timer } from 'rxjs';
import type { ConformanceCase } from '../conformance-case.ts';
import { payload, sameBytes } from '../payload.ts';

/** What becomes of one direction when the other has ended. */
export const halfCloseCases: readonly ConformanceCase[] = [
  {
    name: 'a server answers after the end of its client, for as long as it sends',
    rule: 12,
    async run(context) {
      const answer = payload(1_000_000);
      const thought = timer(20, context.scheduler).pipe(map(() => answer));
      const { server, outcomes } = await context.serve(({ received }) =>
        concat(received.pipe(ignoreElements()), thought),
      );
      const { connection, dialling } = await context.dial(server.endpoint);
      connection.write('the question');
      connection.end();
      sameBytes('the answer', await context.read(connection).whole(), answer);
      await dialling.completes();
      equal((await outcomes.first()).error, undefined);
    },
  },
  {
    name: 'an accepted connection ends by itself after its peer, when nobody sends',
    rule: 12,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair();
      context.read(accepted);
      dialled.end();
      equal(await context.read(dialled).wholeText(), '');
      await dialling.completes();
      equal((await context.closed(accepted)).error, undefined);
    },
  },
  {
    name: 'an accepted connection may still be written to when its reader is told of the end',
    rule: 12,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const received = accepted.received.pipe(
        tap({
          complete: () => {
            accepted.write('goodbye');
          },
        }),
      );
      context.record('received', received);
      dialled.end();
      equal(await context.read(dialled).wholeText(), 'goodbye');
    },
  },
  {
    name: 'a dialled connection ends by itself when its peer does, also when nobody reads or writes',
    rule: 12,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair();
      accepted.end();
      await dialling.completes();
      equal((await context.closed(dialled)).error, undefined);
      equal((await context.closed(accepted)).error, undefined);
    },
  },
  {
    name: 'a send on a dialled connection errs with ERR_PEER_ENDED when its peer ends first',
    rule: 12,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sending = context.record('a send', dialled.send(NEVER));
      context.read(dialled);
      accepted.end();
      const { phase } = await sending.fails('ERR_PEER_ENDED');
      equal(phase, 'write');
    },
  },
  {
    name: 'a send whose source has completed is not failed by the end of the peer',
    rule: 12,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(300_000);
      const sending = context.record('a send', dialled.send(of(sent)));
      accepted.end();
      const received = context.read(accepted);
      await sending.completes();
      sameBytes('what was sent', await received.whole(), sent);
    },
  },
  {
    name: 'what a dialled connection has written is flushed before it ends with its peer',
    rule: 12,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(300_000);
      accepted.end();
      dialled.write(sent);
      sameBytes('what was written', await context.read(accepted).whole(), sent);
      equal((await context.closed(dialled)).error, undefined);
    },
  },
  {
    name: 'with allowHalfOpen, a dialled connection goes on after the end of its peer',
    rule: 12,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair({ connect: { allowHalfOpen: true } });
      accepted.end();
      await context.read(dialled).whole();
      await context.passTime();
      dialling.isOpen();
      equal(dialled.write('one more thing'), true);
      dialled.end();
      equal(await context.read(accepted).wholeText(), 'one more thing');
      await dialling.completes();
    },
  },
  {
    name: 'with allowHalfOpen, an accepted connection stays open after its peer, although nobody sends',
    rule: 12,
    async run(context) {
      const { accepted, dialled } = await context.pair({ bind: { allowHalfOpen: true } });
      dialled.end();
      await context.read(accepted).whole();
      await context.passTime();
      equal(accepted.write('one more thing'), true);
      accepted.end();
      equal(await context.read(dialled).wholeText(), 'one more thing');
      equal((await context.closed(accepted)).error, undefined);
    },
  },
  {
    name: 'without allowHalfOpen, an accepted connection ends with its peer, and a send errs',
    rule: 12,
    async run(context) {
      const { accepted, dialled } = await context.pair({ bind: { allowHalfOpen: false } });
      const sending = context.record('a send', accepted.send(NEVER));
      context.read(accepted);
      dialled.end();
      await sending.fails('ERR_PEER_ENDED');
      equal(await context.read(dialled).wholeText(), '');
    },
  },
  {
    name: 'reading goes on after the own end',
    rule: 12,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      dialled.end();
      const said = payload(300_000);
      const sending = context.record('a send', accepted.send([said]));
      context.read(accepted);
      sameBytes('what the server said', await context.read(dialled).whole(), said);
      await sending.completes();
    },
  },
  {
    name: 'both sides may end at the same time',
    rule: 12,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair();
      const readings = [context.read(accepted), context.read(dialled)];
      accepted.write('from the server');
      dialled.write('from the client');
      accepted.end();
      dialled.end();
      equal(await readings[0]?.wholeText(), 'from the client');
      equal(await readings[1]?.wholeText(), 'from the server');
      await dialling.completes();
      equal((await context.closed(accepted)).error, undefined);
    },
  },
  {
    name: 'a response that is sent piece by piece after the end of the client arrives whole',
    rule: 12,
    async run(context) {
      const { server } = await context.serve(({ received }) => {
        const pieces = ['one ', 'two ', 'three'].map((text) =>
          defer(() => timer(5, context.scheduler)).pipe(map(() => text)),
        );
        return concat(received.pipe(ignoreElements()), ...pieces);
      });
      const text = await context.ask(server.endpoint, 'count');
      ok(text === 'one two three', text);
    },
  },
];
