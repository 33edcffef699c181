import { deepEqual, equal, ok } from 'node:assert/strict';
import { merge, NEVER, switchMap, take } from 'rxjs';
import { serve } from '../../../operators/serve.ts';
import type { ConformanceCase } from '../conformance-case.ts';

/** The attributes and methods of a Transport. */
export const transportClassCases: readonly ConformanceCase[] = [
  {
    name: 'endpoint is where it listens, from bound to closed',
    rule: 2,
    async run(context) {
      equal(context.server.endpoint, undefined);
      const { server, stop } = await context.bind();
      equal(context.server.endpoint, server.endpoint);
      await stop();
      equal(context.server.endpoint, undefined);
    },
  },
  {
    name: 'endpoint of a client is what it is connected to, from connected to closed',
    rule: 2,
    needs: 'apart',
    async run(context) {
      const { bound, accepted, dialled } = await context.pair();
      equal(context.client.endpoint, bound.server.endpoint);
      context.read(accepted);
      dialled.end();
      await context.closed(dialled);
      equal(context.client.endpoint, undefined);
    },
  },
  {
    name: 'listen emits the connections of the server that it binds',
    rule: 1,
    async run(context) {
      const listening = context.server.listen(context.bindOptions());
      equal(context.server.endpoint, undefined);
      const connections = context.record('listen', listening);
      const { connection } = await context.dial(await context.listening());
      const accepted = context.track(await connections.first());
      connection.write('hello');
      equal(String(await context.read(accepted).reaches(5)), 'hello');
    },
  },
  {
    name: 'unsubscribing from listen closes its connections gracefully',
    rule: 2,
    async run(context) {
      const connections = context.record('listen', context.server.listen(context.bindOptions()));
      const { connection, dialling } = await context.dial(await context.listening());
      const reading = context.read(connection);
      context.track(await connections.first()).write('goodbye');
      connections.stop();
      equal(await reading.wholeText(), 'goodbye');
      await dialling.completes();
    },
  },
  {
    name: 'an RPC layer that is given a Transport needs nothing else',
    rule: 1,
    async run(context) {
      const { server, client } = context;
      const served = server.listen(context.bindOptions()).pipe(serve(({ received }) => received));
      context.record('serve', served);
      const endpoint = await context.listening();
      const answer = client.connect(endpoint, context.connectOptions()).pipe(
        switchMap((connection) => merge(connection.send(['ping']), connection.received)),
        take(1),
      );
      equal(String(await context.record('the answer', answer).first()), 'ping');
    },
  },
  {
    name: 'close settles when nothing was ever opened, and again',
    rule: 2,
    async run(context) {
      for (const transport of [context.server, context.client]) {
        await context.wait('close to settle', transport.close());
        await context.wait('close to settle again', transport.close());
      }
    },
  },
  {
    name: 'close ends the listener and every connection, made or accepted, and their Observables complete',
    rule: 2,
    async run(context) {
      const served = context.server
        .listen(context.bindOptions())
        .pipe(serve(({ received }) => merge(received, NEVER)));
      const outcomes = context.record('serve', served);
      const endpoint = await context.listening();
      const { connection, dialling } = await context.dial(endpoint);
      connection.write('hello');
      await context.read(connection).reaches(5);
      await context.wait('close to settle', context.server.close());
      equal(context.server.endpoint, undefined);
      await outcomes.completes();
      await dialling.completes();
      const late = context.dialling(endpoint);
      await late.failsWith();
      late.is([]);
    },
  },
  {
    name: 'close of a client ends its connections, flushed, and not its server',
    rule: 2,
    needs: 'apart',
    async run(context) {
      const { bound, accepted, dialled, dialling } = await context.pair();
      const reading = context.read(accepted);
      dialled.write('goodbye');
      await context.wait('close to settle', context.client.close());
      equal(await reading.wholeText(), 'goodbye');
      await dialling.completes();
      equal(context.client.endpoint, undefined);
      bound.binding.isOpen();
      equal(context.server.endpoint, bound.server.endpoint);
    },
  },
  {
    name: 'close settles after all that it ends is closed',
    rule: 2,
    async run(context) {
      const { bound, accepted } = await context.pair();
      const second = await context.join(bound);
      const ends = [accepted, second.accepted, bound.server].map(({ closed }) =>
        context.record<unknown>('closed', closed),
      );
      await context.wait('close to settle', context.server.close());
      for (const each of ends) each.isOver();
    },
  },
  {
    name: 'close may be called twice at the same time, and both wait',
    rule: 2,
    async run(context) {
      const { bound } = await context.pair();
      const closed = context.record('closed of the server', bound.server.closed);
      const closing = [context.server.close(), context.server.close()];
      await context.wait('the second to settle', Promise.resolve(closing[1]));
      ok(closed.ended, 'the second close has not waited');
      await context.wait('the first to settle', Promise.resolve(closing[0]));
    },
  },
  {
    name: 'close waits at most closeTimeout for a peer that does not end, then resets',
    rule: 2,
    needs: 'apart',
    async run(context) {
      const { bound, accepted } = await context.pair({
        bind: { closeTimeout: 40 },
        connect: { allowHalfOpen: true },
      });
      const began = context.now();
      await context.wait('close to settle', context.server.close());
      const took = context.now() - began;
      ok(took >= 35, `it was reset after ${took} ms`);
      equal((await context.closed(accepted)).error?.code, 'ERR_CLOSE_TIMEOUT');
      const { forced, drained } = await context.closed(bound.server, 'the server');
      deepEqual({ forced, drained }, { forced: 1, drained: 0 });
    },
  },
  {
    name: 'close ends a dial that is under way with ERR_CLOSED',
    rule: 2,
    needs: 'unanswered',
    async run(context) {
      const { endpoint, options } = context.unansweredDial();
      const dialling = context.dialling(endpoint, options);
      await context.passTime();
      await context.wait('close to settle', context.client.close());
      await dialling.fails('ERR_CLOSED');
    },
  },
  {
    name: 'what is opened after close is new',
    rule: 5,
    async run(context) {
      for (let round = 0; round < 3; round += 1) {
        const { accepted, dialled } = await context.pair();
        dialled.write('hello');
        equal(String(await context.read(accepted).reaches(5)), 'hello');
        await context.wait(
          'both to be closed',
          Promise.all([context.server.close(), context.client.close()]),
        );
      }
    },
  },
  {
    name: 'close has nothing to wait for when everything was closed before',
    rule: 5,
    async run(context) {
      const { bound, accepted, dialled } = await context.pair();
      context.read(accepted);
      await context.wait('close of the connection', dialled.close());
      await context.closed(accepted);
      await bound.stop();
      const began = context.now();
      await context.wait('both to be closed', Promise.all([context.server.close(), context.client.close()]));
      // Of the second that a connection would be waited for.
      const took = context.now() - began;
      ok(took < 500, `close waited for ${took} ms`);
    },
  },
  {
    name: 'a transport may dial itself',
    rule: 1,
    async run(context) {
      const bound = await context.bind();
      const connections = context.record('connections', bound.server.connections);
      const dialling = context.record(
        'connect',
        context.server.connect(bound.server.endpoint, context.connectOptions()),
      );
      context.track(await dialling.first()).write('hello, me');
      equal(String(await context.read(context.track(await connections.first())).reaches(9)), 'hello, me');
      equal(context.server.endpoint, bound.server.endpoint);
    },
  },
];
