import { deepEqual, equal, ok } from 'node:assert/strict';
import { map, of, Subject } from 'rxjs';
import type { ConformanceCase } from '../conformance-case.ts';

/** Who may come in, and how many. */
export const admissionCases: readonly ConformanceCase[] = [
  {
    name: 'maxConnections refuses who comes when it is full, reports it, and lets in who comes later',
    rule: 14,
    needs: 'admission',
    async run(context) {
      const bound = await context.bind({ maxConnections: 1 });
      const refused = context.record('refused', bound.server.refused);
      const { accepted, dialled } = await context.join(bound);
      const second = context.dialling(bound.server.endpoint);
      equal((await refused.first()).error.code, 'ERR_TOO_MANY_CONNECTIONS');
      await second.ends();
      context.read(accepted);
      dialled.end();
      await Promise.all([context.closed(dialled), context.closed(accepted)]);
      const third = await context.join(bound);
      third.dialled.write('hello');
      equal(String(await context.read(third.accepted).reaches(5)), 'hello');
      equal((await bound.stop()).refused, 1);
    },
  },
  {
    name: 'with whenFull wait, who comes when it is full waits for its turn',
    rule: 14,
    needs: 'admission',
    async run(context) {
      const bound = await context.bind({ maxConnections: 1, whenFull: 'wait' });
      const arrivals = context.record('connections', bound.server.connections);
      const first = await context.dial(bound.server.endpoint);
      context.track(await arrivals.first());
      const second = context.dialling(bound.server.endpoint);
      await context.passTime();
      equal(arrivals.values.length, 1);
      first.connection.abort();
      arrivals.values[0]?.abort();
      await arrivals.atLeast(2);
      const [, next] = arrivals.values;
      ok(next !== undefined);
      context.track(next).write('your turn');
      const reading = context.read(await second.first());
      equal(String(await reading.reaches(9)), 'your turn');
    },
  },
  {
    name: 'more than backlog connections that nobody takes are refused, and reported',
    rule: 14,
    needs: 'admission',
    async run(context) {
      const { server } = await context.bind({ backlog: 1 });
      const refused = context.record('refused', server.refused);
      const first = context.dialling(server.endpoint);
      await first.first();
      context.dialling(server.endpoint);
      equal((await refused.first()).error.code, 'ERR_TOO_MANY_CONNECTIONS');
      const connections = context.record('connections', server.connections);
      context.track(await connections.first());
      await context.passTime();
      equal(connections.values.length, 1);
    },
  },
  {
    name: 'accept refuses with false, and reports it',
    rule: 14,
    needs: 'admission',
    async run(context) {
      let asked = 0;
      const { server } = await context.bind({
        accept: () => {
          asked += 1;
          return false;
        },
      });
      const refused = context.record('refused', server.refused);
      const connections = context.record('connections', server.connections);
      await context.dialling(server.endpoint).ends();
      const { error } = await refused.first();
      deepEqual([error.code, error.phase], ['ERR_NOT_ACCEPTED', 'accept']);
      connections.is([]);
      equal(asked, 1);
    },
  },
  {
    name: 'accept may answer later, with an Observable or a Promise, and nobody comes in before',
    rule: 14,
    needs: 'admission',
    async run(context) {
      const answers = new Subject<boolean>();
      const asked = new Subject<void>();
      const ask = [(): typeof answers => answers, (): Promise<boolean> => Promise.resolve(true)];
      const bound = await context.bind({
        accept: () => {
          asked.next();
          return ask.shift()?.() ?? of(true);
        },
      });
      const connections = context.record('connections', bound.server.connections);
      const questions = context.record('the question', asked);
      context.dialling(bound.server.endpoint);
      await questions.atLeast(1);
      await context.passTime();
      connections.is([]);
      answers.next(true);
      await connections.atLeast(1);
      context.dialling(bound.server.endpoint);
      await connections.atLeast(2);
      for (const connection of connections.values) context.track(connection);
    },
  },
  {
    name: 'an accept that throws refuses one connection, tells why, and harms nobody else',
    rule: 15,
    needs: 'admission',
    async run(context) {
      const boom = new Error('boom');
      let asked = 0;
      const { server } = await context.serve(({ received }) => received, {
        accept: () => {
          asked += 1;
          if (asked === 1) throw boom;
          return true;
        },
      });
      const refused = context.record('refused', server.refused.pipe(map(({ error }) => error)));
      await context.dialling(server.endpoint).ends();
      const { code, cause } = await refused.first();
      deepEqual([code, cause], ['ERR_NOT_ACCEPTED', boom]);
      equal(await context.ask(server.endpoint, 'next'), 'next');
    },
  },
  {
    name: 'open and stats tell the connections of a server, take none from who serves them, and replay the end',
    rule: 14,
    async run(context) {
      const bound = await context.bind();
      const { server } = bound;
      const open = context.record('open', server.open);
      const stats = context.record('stats', server.stats);
      const { accepted, dialled } = await context.join(bound);
      ok(open.values.at(-1)?.has(accepted) === true);
      dialled.write('hello');
      await context.read(accepted).reaches(5);
      const { accepted: came, open: there, bytesRead } = await context.record('stats', server.stats).first();
      deepEqual([came, there, bytesRead], [1, 1, 5]);
      dialled.end();
      await Promise.all([context.closed(dialled), context.closed(accepted)]);
      await bound.stop();
      const end = { accepted: 1, open: 0, clean: 1, lost: {}, refused: {}, bytesRead: 5, bytesWritten: 0 };
      deepEqual((await stats.completes()).at(-1), end);
      deepEqual(await context.record('stats', server.stats).completes(), [end]);
      deepEqual(
        (await open.completes()).map(({ size }) => size),
        [0, 1, 0],
      );
    },
  },
];
