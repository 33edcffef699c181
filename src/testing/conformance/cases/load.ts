import { deepEqual, equal } from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { inPieces, payload, sameBytes } from '../payload.ts';

const MEBIBYTE = 1024 * 1024;

/** Much, and many. */
export const loadCases: readonly ConformanceCase[] = [
  {
    name: '4 MiB arrive unharmed, both ways at once',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const [up, down] = [payload(4 * MEBIBYTE, 1), payload(4 * MEBIBYTE, 2)];
      const readings = [context.read(accepted), context.read(dialled)];
      const sends = [
        context.record('the way up', dialled.send(inPieces(up, 100_000))),
        context.record('the way down', accepted.send(inPieces(down, 33_333))),
      ];
      await Promise.all(sends.map((each) => each.completes()));
      accepted.end();
      dialled.end();
      sameBytes('the way up', (await readings[0]?.whole()) ?? Buffer.alloc(0), up);
      sameBytes('the way down', (await readings[1]?.whole()) ?? Buffer.alloc(0), down);
    },
  },
  {
    name: 'one write of 4 MiB arrives unharmed',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(4 * MEBIBYTE);
      dialled.write(sent);
      dialled.end();
      sameBytes('what was written', await context.read(accepted).whole(), sent);
      equal((await context.closed(dialled)).bytesWritten, sent.length);
    },
  },
  {
    name: 'an echo of 2 MiB by serve comes back unharmed',
    rule: 13,
    async run(context) {
      const { server } = await context.serve(({ received }) => received);
      const { connection } = await context.dial(server.endpoint);
      const sent = payload(2 * MEBIBYTE);
      const reading = context.read(connection);
      await context.send(connection, inPieces(sent, 50_000));
      connection.end();
      sameBytes('the echo', await reading.whole(), sent);
    },
  },
  {
    name: '200 connections at once each get their own answer',
    rule: 15,
    async run(context) {
      const { server, outcomes } = await context.serve(({ received }) => received);
      const questions = Array.from({ length: 200 }, (_, index) => `question ${index}`);
      const answers = await Promise.all(questions.map((question) => context.ask(server.endpoint, question)));
      deepEqual(answers, questions);
      await outcomes.atLeast(200);
      equal(outcomes.values.filter(({ error }) => error !== undefined).length, 0);
    },
  },
  {
    name: '100 connections, one after the other, leave nothing behind',
    rule: 5,
    async run(context) {
      const { server, bound, outcomes } = await context.serve(({ received }) => received);
      for (let index = 0; index < 100; index += 1) {
        equal(await context.ask(server.endpoint, `${index}`), `${index}`);
      }
      await outcomes.atLeast(100);
      const { drained, forced, lost } = await bound.stop();
      deepEqual({ drained, forced, lost }, { drained: 0, forced: 0, lost: 0 });
    },
  },
  {
    name: 'a server that stops amid 50 busy connections closes them all',
    rule: 2,
    async run(context) {
      const { server, bound, outcomes } = await context.serve(({ received }) => received);
      const clients = await Promise.all(Array.from({ length: 50 }, () => context.dial(server.endpoint)));
      const echoes = clients.map(({ connection }) => context.read(connection));
      for (const [index, { connection }] of clients.entries()) connection.write(`busy ${index}`);
      await Promise.all(echoes.map((echo, index) => echo.reaches(`busy ${index}`.length)));
      const { drained, forced } = await bound.stop();
      await Promise.all(clients.map(({ connection }) => context.closed(connection)));
      deepEqual({ drained, forced }, { drained: 50, forced: 0 });
      await outcomes.completes();
    },
  },
];
