import { deepEqual, equal } from 'node:assert/strict';
import { map, take, toArray } from 'rxjs';
import { delimited } from '../../../framing/delimited.ts';
import { jsonLines } from '../../../framing/json-lines.ts';
import { lengthPrefixed } from '../../../framing/length-prefixed.ts';
import { lines } from '../../../framing/lines.ts';
import { boundedMergeMap } from '../../../operators/bounded-merge-map.ts';
import { framedConnection } from '../../../operators/framed-connection.ts';
import { framed } from '../../../operators/framed.ts';
import { serve } from '../../../operators/serve.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { payload } from '../payload.ts';

interface Request {
  readonly id: number;
  readonly text: string;
}

interface Response {
  readonly id: number;
  readonly length: number;
}

/** Messages over the bytes. */
export const framingCases: readonly ConformanceCase[] = [
  {
    name: 'requests and responses as lines of JSON, each answered once',
    rule: 8,
    async run(context) {
      const { server } = await context.bind();
      const { scheduler } = context;
      const served = server.connections.pipe(
        map((connection) => context.track(connection)),
        framed(jsonLines<Request, Response>(), { scheduler }),
        serve((connection) =>
          boundedMergeMap(connection, ({ id, text }) => [{ id, length: text.length }], 4),
        ),
      );
      context.record('serve', served);
      const { connection } = await context.dial(server.endpoint);
      const client = framedConnection(connection, jsonLines<Response, Request>(), { scheduler });
      const responses = context.record('responses', client.received);
      for (let id = 0; id < 200; id += 1) client.write({ id, text: 'x'.repeat(id) });
      client.end();
      deepEqual(
        await responses.completes(),
        Array.from({ length: 200 }, (_, id) => ({ id, length: id })),
      );
    },
  },
  {
    name: 'binary messages with a length in front, of every size up to 64 KiB, both ways at once',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const { scheduler } = context;
      const [here, there] = [dialled, accepted].map((each) =>
        framedConnection(each, lengthPrefixed(), { scheduler }),
      );
      const messages = [0, 1, 2, 255, 256, 1_000, 4_095, 4_096, 65_535, 65_536].map((size) => payload(size));
      const received = [here, there].map((each) =>
        context.record('messages', (each ?? dialled).received.pipe(take(messages.length), toArray())),
      );
      for (const each of [here, there]) context.record('a send', (each ?? dialled).send(messages));
      for (const each of received) {
        const [got = []] = await each.completes();
        deepEqual(
          got.map(({ length }) => length),
          messages.map(({ length }) => length),
        );
        equal(Buffer.concat(got).equals(Buffer.concat(messages)), true);
      }
    },
  },
  {
    name: 'a message that comes byte by byte is one message',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const { scheduler } = context;
      const messages = framedConnection(accepted, lines(), { scheduler });
      const received = context.record('messages', messages.received);
      for (const character of 'one line\n') {
        await context.send(dialled, [character]);
        await context.passTime(1);
      }
      await received.first();
      received.is(['one line']);
    },
  },
  {
    name: 'a reader of messages that leaves is followed by the next message',
    rule: 7,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const messages = framedConnection(accepted, lines(), { scheduler: context.scheduler });
      dialled.write('one\ntwo\nthree\n');
      dialled.end();
      deepEqual(await context.record('the first', messages.received.pipe(take(1))).completes(), ['one']);
      deepEqual(await context.record('the rest', messages.received).completes(), ['two', 'three']);
    },
  },
  {
    name: 'a handshake in one framing, and the rest in another, or as bytes',
    rule: 7,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const framing = { scheduler: context.scheduler };
      dialled.write('hello 1\na;b;raw bytes');
      dialled.end();
      const asLines = framedConnection(accepted, lines(), framing);
      const asParts = framedConnection(accepted, delimited(';'), framing);
      deepEqual(await context.record('a line', asLines.received.pipe(take(1))).completes(), ['hello 1']);
      const parts = await context.record('parts', asParts.received.pipe(take(2))).completes();
      deepEqual(parts.map(String), ['a', 'b']);
      equal(await context.read(accepted).wholeText(), 'raw bytes');
    },
  },
  {
    name: 'a message that the peer has cut by its end is ERR_FRAME_TRUNCATED, after the whole ones',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const messages = framedConnection(accepted, lengthPrefixed(), { scheduler: context.scheduler });
      const received = context.record(
        'messages',
        messages.received.pipe(map((message) => message.toString())),
      );
      framedConnection(dialled, lengthPrefixed()).write(Buffer.from('whole'));
      dialled.write(Buffer.from([0, 0, 0, 9, 1, 2, 3]));
      dialled.end();
      await received.fails('ERR_FRAME_TRUNCATED');
      received.is(['whole']);
    },
  },
  {
    name: 'messages of a view and bytes of its connection go out in the order of the calls',
    rule: 9,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const messages = framedConnection(dialled, lines(), { scheduler: context.scheduler });
      messages.write('one');
      dialled.write('two\n');
      messages.write('three');
      dialled.end();
      equal(await context.read(accepted).wholeText(), 'one\ntwo\nthree\n');
    },
  },
];
