import { deepEqual, equal, ok } from 'node:assert/strict';
import { finalize, map, mergeMap, of, throwError } from 'rxjs';
import { lines } from '../../../framing/lines.ts';
import { framed } from '../../../operators/framed.ts';
import { serve } from '../../../operators/serve.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { payload } from '../payload.ts';

/** The failure of one connection is nobody else's. */
export const isolationCases: readonly ConformanceCase[] = [
  {
    name: 'a handler that throws is the outcome of its connection, and the next is served',
    rule: 15,
    async run(context) {
      const boom = new Error('boom');
      let calls = 0;
      const { server, outcomes } = await context.serve(({ received }) => {
        calls += 1;
        if (calls === 1) throw boom;
        return received;
      });
      await context.dialling(server.endpoint).ends();
      const { error, connection } = await outcomes.first();
      deepEqual([error?.code, error?.phase, error?.cause], ['ERR_HANDLER_FAILED', 'handle', boom]);
      equal(error?.endpoint, connection.remote);
      equal(await context.ask(server.endpoint, 'next'), 'next');
      outcomes.isOpen();
    },
  },
  {
    name: 'a handler that fails in mid-answer leaves the other connections alone',
    rule: 15,
    async run(context) {
      const { server, outcomes } = await context.serve(({ received }) =>
        received.pipe(
          mergeMap((chunk) => (String(chunk) === 'fail' ? throwError(() => new Error('boom')) : of(chunk))),
        ),
      );
      const good = await context.dial(server.endpoint);
      const bad = await context.dial(server.endpoint);
      bad.connection.write('fail');
      equal((await outcomes.first()).error?.code, 'ERR_HANDLER_FAILED');
      good.connection.write('fine');
      equal(String(await context.read(good.connection).reaches(4)), 'fine');
      good.dialling.isOpen();
    },
  },
  {
    name: 'an answer that was cut short by a failure is reset, and does not look whole',
    rule: 15,
    needs: 'reset',
    async run(context) {
      const { server } = await context.serve(({ received }) =>
        received.pipe(mergeMap(() => throwError(() => new Error('boom')))),
      );
      const { connection } = await context.dial(server.endpoint);
      connection.write('fail');
      await context.read(connection).fails('ERR_CONNECTION_RESET');
    },
  },
  {
    name: 'a client that aborts is one outcome, and its server goes on',
    rule: 15,
    async run(context) {
      const { server, outcomes } = await context.serve(({ received }) => received);
      const { connection } = await context.dial(server.endpoint);
      connection.write('hello');
      await context.read(connection).reaches(5);
      connection.abort();
      const { summary } = await outcomes.first();
      equal(summary.bytesRead, 5);
      equal(await context.ask(server.endpoint, 'next'), 'next');
      outcomes.isOpen();
    },
  },
  {
    name: 'each connection has one outcome, with its summary and without an error when all went well',
    rule: 15,
    async run(context) {
      const { server, outcomes } = await context.serve(({ received }) => received);
      for (const text of ['a', 'bb', 'ccc']) equal(await context.ask(server.endpoint, text), text);
      await outcomes.atLeast(3);
      deepEqual(
        outcomes.values.map(({ summary, error }) => [summary.bytesRead, summary.bytesWritten, error]),
        [1, 2, 3].map((bytes) => [bytes, bytes, undefined]),
      );
    },
  },
  {
    name: 'a finalizer of a reader that throws ends its own connection alone',
    rule: 15,
    async run(context) {
      const { bound, accepted, dialled } = await context.pair();
      const other = await context.join(bound);
      const boom = new Error('boom');
      const throwing = accepted.received.pipe(
        finalize(() => {
          throw boom;
        }),
      );
      // How it ends, `closed` tells.
      throwing.subscribe({ error: () => undefined });
      dialled.end();
      const { error } = await context.closed(accepted);
      equal(error?.code, 'ERR_HANDLER_FAILED');
      other.dialled.write('fine');
      equal(String(await context.read(other.accepted).reaches(4)), 'fine');
    },
  },
  {
    name: 'bytes that are no message end their connection alone',
    rule: 15,
    async run(context) {
      const { server } = await context.bind();
      const { scheduler } = context;
      const served = server.connections.pipe(
        map((connection) => context.track(connection)),
        framed(lines({ maxFrameLength: 100 }), { scheduler }),
        serve(({ received }) => received),
      );
      const outcomes = context.record('serve', served);
      const bad = await context.dial(server.endpoint);
      bad.connection.write(payload(1_000).toString('hex'));
      equal((await outcomes.first()).error?.code, 'ERR_FRAME_TOO_LONG');
      equal(await context.ask(server.endpoint, 'a line\n'), 'a line\n');
    },
  },
  {
    name: 'nothing is printed, whatever the peer does',
    rule: 17,
    async run(context) {
      const printed: unknown[] = [];
      const { console: output } = globalThis;
      for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
        const original = output[method].bind(output);
        output[method] = (...text: unknown[]): void => {
          printed.push(text);
        };
        context.atEnd(() => {
          output[method] = original;
        });
      }
      const { server, outcomes } = await context.serve(({ received }) => received);
      for (let round = 0; round < 5; round += 1) {
        const { connection } = await context.dial(server.endpoint);
        connection.write(payload(10_000, round + 1));
        await context.read(connection).reaches(1);
        connection.abort();
      }
      await outcomes.atLeast(5);
      equal(await context.ask(server.endpoint, 'fine'), 'fine');
      ok(printed.length === 0, `the transport printed ${JSON.stringify(printed)}`);
    },
  },
];
