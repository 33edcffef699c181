import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { defer, firstValueFrom, merge, repeat, retry, switchMap, take, tap, toArray } from 'rxjs';
import type { ConformanceCase } from '../conformance-case.ts';
import { payload, sameBytes } from '../payload.ts';

/** Who subscribed to `connect` owns the connection. */
export const diallingCases: readonly ConformanceCase[] = [
  {
    name: 'connect does nothing before it is subscribed',
    rule: 1,
    async run(context) {
      const { server } = await context.bind();
      const connections = context.record('connections', server.connections);
      void context.client.connect(server.endpoint, context.connectOptions());
      await context.passTime();
      connections.is([]);
    },
  },
  {
    name: 'each subscription to connect dials a connection of its own',
    rule: 1,
    async run(context) {
      const { server } = await context.bind();
      const accepted = context.record('connections', server.connections);
      const connect = context.client.connect(server.endpoint, context.connectOptions());
      const [one, two] = [context.record('the first', connect), context.record('the second', connect)];
      const connections = [await one.first(), await two.first()].map((each) => context.track(each));
      notEqual(connections[0]?.id, connections[1]?.id);
      await accepted.atLeast(2);
    },
  },
  {
    name: 'connect emits one connection and completes when both sides have ended',
    rule: 4,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair();
      const received = context.read(accepted);
      dialled.end();
      await received.whole();
      equal((await dialling.completes()).length, 1);
    },
  },
  {
    name: 'connect errs when the connection is lost',
    rule: 4,
    needs: 'reset',
    async run(context) {
      const { accepted, dialling } = await context.pair();
      accepted.abort();
      const { phase } = await dialling.fails('ERR_CONNECTION_RESET');
      equal(phase, 'read');
    },
  },
  {
    name: 'connect errs when the connection is aborted here',
    rule: 4,
    async run(context) {
      const { dialled, dialling } = await context.pair();
      dialled.abort(new Error('enough'));
      await dialling.fails('ERR_ABORTED');
    },
  },
  {
    name: 'repeat behind connect dials again after each clean end',
    rule: 1,
    async run(context) {
      const { server } = await context.serve(() => ['hello']);
      const connect = context.client.connect(server.endpoint, context.connectOptions());
      const greetings = connect.pipe(
        switchMap(({ received }) => received.pipe(toArray())),
        repeat({ count: 3 }),
      );
      const heard = await context.record('three greetings', greetings).completes();
      deepEqual(
        heard.map((chunks) => Buffer.concat(chunks).toString()),
        ['hello', 'hello', 'hello'],
      );
    },
  },
  {
    name: 'retry behind connect dials again after a loss',
    rule: 4,
    async run(context) {
      const { server } = await context.serve(({ received }) => received);
      let attempts = 0;
      const echo = defer(() => context.client.connect(server.endpoint, context.connectOptions())).pipe(
        tap((connection) => {
          attempts += 1;
          if (attempts < 3) connection.abort(new Error('a loss'));
        }),
        switchMap((connection) => merge(connection.send(['hello']), connection.received)),
        retry({ count: 5 }),
        take(1),
      );
      const [heard] = await context.record('the echo', echo).completes();
      deepEqual([String(heard), attempts], ['hello', 3]);
    },
  },
  {
    name: 'retry behind connect dials again when the peer resets',
    rule: 4,
    needs: 'reset',
    async run(context) {
      const { server } = await context.bind();
      let served = 0;
      server.connections.subscribe((connection) => {
        context.track(connection);
        served += 1;
        if (served === 1) connection.abort();
        else connection.write('welcome back');
      });
      const connect = context.client.connect(server.endpoint, context.connectOptions());
      const greeting = connect.pipe(
        switchMap(({ received }) => received),
        retry({ count: 1 }),
        take(1),
      );
      equal(String(await context.record('a greeting', greeting).first()), 'welcome back');
    },
  },
  {
    name: 'unsubscribing from connect while it dials leaves nothing behind',
    rule: 2,
    async run(context) {
      const { server, bound, outcomes } = await context.serve(({ received }) => received);
      const dialling = context.dialling(server.endpoint);
      dialling.stop();
      await context.passTime();
      dialling.is([]);
      equal(await context.ask(server.endpoint, 'still there?'), 'still there?');
      await outcomes.until('the one that asked', () =>
        outcomes.values.some(({ summary }) => summary.bytesRead > 0),
      );
      const { drained, forced, lost } = await bound.stop();
      deepEqual({ drained, forced, lost }, { drained: 0, forced: 0, lost: 0 });
    },
  },
  {
    name: 'unsubscribing from connect flushes what was written, and then ends',
    rule: 2,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair();
      const received = context.read(accepted);
      const sent = payload(200_000);
      dialled.write(sent);
      dialling.stop();
      sameBytes('what was written', await received.whole(), sent);
      const { error, bytesDiscarded } = await context.closed(dialled);
      deepEqual({ error, bytesDiscarded }, { error: undefined, bytesDiscarded: 0 });
    },
  },
  {
    name: 'unsubscribing from connect resets after closeTimeout when the peer does not end',
    rule: 2,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair({
        bind: { allowHalfOpen: true },
        connect: { closeTimeout: 40 },
      });
      context.read(accepted);
      dialling.stop();
      equal((await context.closed(dialled)).error?.code, 'ERR_CLOSE_TIMEOUT');
    },
  },
  {
    name: 'unsubscribing from connect ends a connection whose bytes nobody reads',
    rule: 2,
    async run(context) {
      const { accepted, dialled, dialling } = await context.pair();
      context.read(accepted);
      await context.send(accepted, ['nobody will read this']);
      dialling.stop();
      equal((await context.closed(dialled)).error, undefined);
      equal((await context.closed(accepted)).error, undefined);
    },
  },
  {
    name: 'the first value of connect, taken alone, is closed: whoever unsubscribed let go of it',
    rule: 4,
    async run(context) {
      const { server } = await context.serve(({ received }) => received);
      const connect = context.client.connect(server.endpoint, context.connectOptions());
      const connection = context.track(await context.wait('a connection', firstValueFrom(connect)));
      await context.record('a send', connection.send(['too late'])).fails('ERR_CLOSED');
      equal(connection.write('too late'), false);
      const { error, writesRefused } = await context.closed(connection);
      deepEqual({ error, writesRefused }, { error: undefined, writesRefused: 1 });
    },
  },
  {
    name: 'the connections of one client know nothing of each other',
    rule: 15,
    async run(context) {
      const { bound, dialled } = await context.pair();
      const other = await context.join(bound);
      dialled.abort();
      await context.closed(dialled);
      other.dialled.write('still here');
      equal(String(await context.read(other.accepted).reaches(10)), 'still here');
    },
  },
  {
    name: 'the two ends name each other',
    rule: 16,
    async run(context) {
      const { bound, accepted, dialled } = await context.pair();
      equal(dialled.remote, bound.server.endpoint);
      equal(accepted.local, bound.server.endpoint);
      equal(accepted.remote, dialled.local);
      notEqual(accepted.id, '');
      notEqual(accepted.id, dialled.id);
    },
  },
];
