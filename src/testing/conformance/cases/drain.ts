import { deepEqual, equal, ok } from 'node:assert/strict';
import { concat, firstValueFrom, ignoreElements, map, merge, of, Subject, throwError } from 'rxjs';
import type { ConformanceCase } from '../conformance-case.ts';

/** Two-phase shutdown: `until` drains, and unsubscribing stops. */
export const drainCases: readonly ConformanceCase[] = [
  {
    name: 'until completes a server that has no connections at once',
    rule: 3,
    async run(context) {
      const until = new Subject<void>();
      const { server, binding } = await context.bind({ until });
      until.next();
      await binding.completes();
      const { drained, forced } = await context.wait(
        'the server to be closed',
        firstValueFrom(server.closed),
      );
      deepEqual({ drained, forced }, { drained: 0, forced: 0 });
    },
  },
  {
    name: 'until may be a Promise',
    rule: 3,
    async run(context) {
      let stop = (): void => undefined;
      const until = new Promise<void>((resolve) => (stop = resolve));
      const { binding } = await context.bind({ until });
      await context.passTime();
      binding.isOpen();
      stop();
      await binding.completes();
    },
  },
  {
    name: 'a draining server accepts nobody, and waits for its connections',
    rule: 3,
    async run(context) {
      const until = new Subject<void>();
      const { bound, accepted, dialled } = await context.pair({ bind: { until } });
      until.next();
      const late = context.dialling(bound.server.endpoint);
      await late.ends();
      late.is([]);
      dialled.write('still');
      const reading = context.read(accepted);
      equal(String(await reading.reaches(5)), 'still');
      await context.passTime();
      bound.binding.isOpen();
      dialled.end();
      await bound.binding.completes();
      const { drained, forced, lost } = await context.wait('closed', firstValueFrom(bound.server.closed));
      deepEqual({ drained, forced, lost }, { drained: 1, forced: 0, lost: 0 });
    },
  },
  {
    name: 'draining tells every accepted connection, also later and after its end',
    rule: 3,
    async run(context) {
      const until = new Subject<void>();
      const { bound, accepted } = await context.pair({ bind: { until } });
      const second = await context.join(bound);
      const told = [accepted, second.accepted].map(({ draining }) => context.record('draining', draining));
      await context.passTime();
      for (const each of told) each.is([]);
      until.next();
      for (const each of told) await each.atLeast(1);
      await context.record('draining, later', accepted.draining).first();
      accepted.abort();
      await context.closed(accepted);
      await context.record('draining, after the end', accepted.draining).first();
    },
  },
  {
    name: 'draining of a connection that ends before says nothing and completes',
    rule: 3,
    async run(context) {
      const { accepted, dialled } = await context.pair({ bind: { until: new Subject() } });
      const draining = context.record('draining', accepted.draining);
      context.read(accepted);
      dialled.end();
      deepEqual(await draining.completes(), []);
    },
  },
  {
    name: 'draining never tells a dialled connection',
    rule: 3,
    async run(context) {
      const until = new Subject<void>();
      const { accepted, dialled } = await context.pair({ bind: { until } });
      const draining = context.record('draining', dialled.draining);
      until.next();
      await context.record('draining of the accepted one', accepted.draining).first();
      accepted.end();
      await context.closed(dialled);
      draining.is([]);
    },
  },
  {
    name: 'gracePeriod ends the wait: the connections are closed gracefully',
    rule: 3,
    async run(context) {
      const until = new Subject<void>();
      const { bound, accepted, dialling } = await context.pair({ bind: { until, gracePeriod: 40 } });
      accepted.write('goodbye');
      const began = context.now();
      until.next();
      await bound.binding.completes();
      const took = context.now() - began;
      // A timer of Node may fire up to a millisecond early (Node issue 26578).
      ok(took >= 35, `bind completed after ${took} ms`);
      await dialling.completes();
      equal((await context.closed(accepted)).error, undefined);
      const { drained, forced } = await context.wait('closed', firstValueFrom(bound.server.closed));
      deepEqual({ drained, forced }, { drained: 1, forced: 0 });
    },
  },
  {
    name: 'a drain completes what a handler receives: what is in flight is answered, and the connection closes',
    rule: 3,
    async run(context) {
      const until = new Subject<void>();
      const { bound, outcomes } = await context.serve(
        ({ received }) => concat(received.pipe(ignoreElements()), of('the answer')),
        { until },
      );
      const { accepted, dialled, dialling } = await context.join(bound);
      const answer = context.read(dialled);
      dialled.write('the question');
      await context.hasRead(accepted, 'the question'.length);
      answer.is([]);
      until.next();
      equal(await answer.wholeText(), 'the answer');
      await dialling.completes();
      equal((await outcomes.first()).error, undefined);
      await bound.binding.completes();
      await outcomes.completes();
    },
  },
  {
    name: 'without completeOnDrain the handler goes on, and acts on draining itself',
    rule: 3,
    async run(context) {
      const until = new Subject<void>();
      const { bound } = await context.serve(
        ({ received, draining }) => merge(received, draining.pipe(map(() => 'goaway '))),
        { until, completeOnDrain: false },
      );
      const { dialled } = await context.join(bound);
      const heard = context.read(dialled);
      until.next();
      await heard.reaches(7);
      dialled.write('one more');
      dialled.end();
      equal(await heard.wholeText(), 'goaway one more');
      await bound.binding.completes();
    },
  },
  {
    name: 'unsubscribing in the middle of a drain stops it',
    rule: 3,
    async run(context) {
      const until = new Subject<void>();
      const { bound, dialling } = await context.pair({ bind: { until, gracePeriod: Infinity } });
      until.next();
      await context.passTime();
      bound.binding.isOpen();
      equal((await bound.stop()).drained, 1);
      await dialling.completes();
    },
  },
  {
    name: 'an error of until is passed on as it is, and ends the server',
    rule: 16,
    async run(context) {
      const boom = new Error('boom');
      const until = new Subject<boolean>();
      const failing = concat(
        until.pipe(ignoreElements()),
        throwError(() => boom),
      );
      const { bound, dialling } = await context.pair({ bind: { until: failing } });
      until.complete();
      equal(await bound.binding.failsWith(), boom);
      await dialling.completes();
      await context.wait('the server to be closed', firstValueFrom(bound.server.closed));
    },
  },
];
