import { deepEqual, equal, ok } from 'node:assert/strict';
import { finalize, NEVER } from 'rxjs';
import type { ConformanceCase } from '../conformance-case.ts';
import { payload, sameBytes } from '../payload.ts';

/** Who subscribed to `bind` owns the server. */
export const ownershipCases: readonly ConformanceCase[] = [
  {
    name: 'bind does nothing before it is subscribed',
    rule: 1,
    async run(context) {
      void context.server.bind(context.bindOptions());
      await context.passTime();
      equal(context.server.endpoint, undefined);
    },
  },
  {
    name: 'bind can be subscribed again when its server is gone, and again',
    rule: 1,
    async run(context) {
      const binding = context.server.bind(context.bindOptions());
      for (let round = 0; round < 3; round += 1) {
        const bound = context.record(`bind in round ${round}`, binding);
        const { endpoint, connections, closed } = await bound.first();
        const accepted = context.record('connections', connections);
        await context.dial(endpoint);
        context.track(await accepted.first()).abort();
        bound.stop();
        await context.closed({ closed }, 'the server');
      }
    },
  },
  {
    name: 'unsubscribing from bind before it has bound leaves no server behind',
    rule: 2,
    async run(context) {
      const bound = context.record('bind', context.server.bind(context.bindOptions()));
      bound.stop();
      await context.passTime();
      bound.isOpen();
      equal(context.server.endpoint, undefined);
      const { server } = await context.bind();
      equal(context.server.endpoint, server.endpoint);
    },
  },
  {
    name: 'unsubscribing from bind stops the accepting',
    rule: 2,
    async run(context) {
      const { server, stop } = await context.bind();
      await stop();
      const dialling = context.dialling(server.endpoint);
      await dialling.failsWith();
      dialling.is([]);
    },
  },
  {
    name: 'unsubscribing from bind flushes what was written, and then ends every connection',
    rule: 2,
    async run(context) {
      const { bound, accepted, dialled, dialling } = await context.pair();
      const received = context.read(dialled);
      const sent = payload(200_000);
      accepted.write(sent);
      const { drained, forced, lost } = await bound.stop();
      sameBytes('what was written', await received.whole(), sent);
      await dialling.completes();
      deepEqual({ drained, forced, lost }, { drained: 1, forced: 0, lost: 0 });
    },
  },
  {
    name: 'unsubscribing from a served listener unsubscribes the handlers',
    rule: 2,
    async run(context) {
      let unsubscribed = 0;
      const handler = NEVER.pipe(finalize(() => (unsubscribed += 1)));
      const { bound, outcomes } = await context.serve(() => handler);
      const one = await context.join(bound);
      const other = await context.join(bound);
      equal(unsubscribed, 0);
      outcomes.stop();
      await bound.stop();
      await Promise.all([one.dialling.completes(), other.dialling.completes()]);
      equal(unsubscribed, 2);
    },
  },
  {
    name: 'a server is closed after the last of its connections',
    rule: 2,
    async run(context) {
      const { bound, accepted } = await context.pair();
      const second = await context.join(bound);
      const ends = [accepted, second.accepted].map(({ closed }) => context.record('closed', closed));
      await bound.stop();
      for (const each of ends) each.isOver();
    },
  },
  {
    name: 'closed of a server tells whoever comes later as well, and once',
    rule: 2,
    async run(context) {
      const { bound } = await context.pair();
      const early = context.record('closed of the server', bound.server.closed);
      const summary = await bound.stop();
      await early.completes();
      early.is([summary]);
      deepEqual(await context.record('closed, later', bound.server.closed).completes(), [summary]);
    },
  },
  {
    name: 'connections completes when the server is unsubscribed',
    rule: 2,
    async run(context) {
      const { server, stop } = await context.bind();
      const connections = context.record('connections', server.connections);
      const refused = context.record('refused', server.refused);
      await stop();
      deepEqual(await connections.completes(), []);
      deepEqual(await refused.completes(), []);
    },
  },
  {
    name: 'connections that come before anybody subscribes wait for a subscriber',
    rule: 6,
    async run(context) {
      const { server } = await context.bind();
      for (const text of ['first', 'second']) {
        const { connection } = await context.dial(server.endpoint);
        await context.send(connection, [text]);
      }
      await context.passTime();
      const connections = context.record('connections', server.connections);
      await connections.atLeast(2);
      const [first, second] = connections.values;
      ok(first !== undefined && second !== undefined);
      equal(String(await context.read(context.track(first)).reaches(5)), 'first');
      equal(String(await context.read(context.track(second)).reaches(6)), 'second');
    },
  },
  {
    name: 'a subscriber of connections that leaves stops neither the server nor its connections',
    rule: 2,
    async run(context) {
      const { bound, accepted, dialled } = await context.pair();
      context.record('connections', bound.server.connections).stop();
      const second = await context.join(bound);
      second.dialled.write('second');
      dialled.write('first');
      equal(String(await context.read(accepted).reaches(5)), 'first');
      equal(String(await context.read(second.accepted).reaches(6)), 'second');
    },
  },
];
