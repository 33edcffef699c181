import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { TransportError } from '../../../errors/transport-error.ts';
import type { ConformanceCase } from '../conformance-case.ts';

/** What errors say. */
export const errorCases: readonly ConformanceCase[] = [
  {
    name: 'a dial where nobody listens errs, and says where and what',
    rule: 16,
    async run(context) {
      const { server, stop } = await context.bind();
      const { endpoint } = server;
      await stop();
      const error = await context.dialling(endpoint).failsWith();
      ok(TransportError.is(error), String(error));
      // The file of a Unix socket goes with its server.
      match(error.code, /^ERR_(?:CONNECTION_REFUSED|ENDPOINT_NOT_FOUND)$/u);
      equal(error.phase, 'connect');
      ok(error.endpoint !== undefined && endpoint.endsWith(error.endpoint), error.endpoint);
      ok(error.message.includes(error.code) && error.message.includes(error.endpoint), error.message);
      ok(error instanceof Error, 'a TransportError is an Error');
    },
  },
  {
    name: 'each failed dial of a retry is a new one with an error of its own',
    rule: 1,
    async run(context) {
      const { server, stop } = await context.bind();
      await stop();
      const connect = context.client.connect(server.endpoint, context.connectOptions());
      const first = await context.record('connect', connect).failsWith();
      const second = await context.record('connect, again', connect).failsWith();
      ok(TransportError.is(first) && TransportError.is(second), `${String(first)}, ${String(second)}`);
      notEqual(first, second);
      equal(first.code, second.code);
    },
  },
  {
    name: 'an endpoint that is none is an error of connect, and not thrown',
    rule: 16,
    async run(context) {
      const { phase } = await context.dialling('').fails('ERR_INVALID_ENDPOINT');
      equal(phase, 'parse');
    },
  },
  {
    name: 'an option out of its range is an error of connect or bind, and not thrown',
    rule: 16,
    async run(context) {
      const { server } = await context.bind();
      const { message } = await context
        .dialling(server.endpoint, { closeTimeout: -1 })
        .fails('ERR_INVALID_OPTION');
      match(message, /closeTimeout/u);
      await context.record('bind', context.server.bind({ gracePeriod: -1 })).fails('ERR_INVALID_OPTION');
      await context.record('listen', context.server.listen({ gracePeriod: -1 })).fails('ERR_INVALID_OPTION');
    },
  },
  {
    name: 'an error of a connection names its phase, its peer and itself',
    rule: 16,
    async run(context) {
      const { accepted } = await context.pair();
      accepted.end();
      const error = await context.record('a send', accepted.send(['too late'])).fails('ERR_CLOSED');
      deepEqual([error.phase, error.endpoint, error.connectionId], ['write', accepted.remote, accepted.id]);
    },
  },
  {
    name: 'a reset has a phase, an endpoint and the summary that tells of it',
    rule: 16,
    needs: 'reset',
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const reading = context.read(accepted);
      dialled.abort();
      const error = await reading.fails('ERR_CONNECTION_RESET');
      deepEqual([error.phase, error.endpoint], ['read', accepted.remote]);
      equal((await context.closed(accepted)).error, error);
    },
  },
];
