import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { finalize } from 'rxjs';
import { TransportError } from '../../../errors/transport-error.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { inPieces, payload, sameBytes } from '../payload.ts';

/** Reading with `for await`. */
export const pullingCases: readonly ConformanceCase[] = [
  {
    name: 'for await reads every byte and ends with the peer',
    rule: 8,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const sent = payload(300_000);
      const sending = dialled.send(inPieces(sent, 10_000)).pipe(
        finalize(() => {
          dialled.end();
        }),
      );
      context.record('a send', sending);
      const read = async (): Promise<Buffer> => {
        const chunks: Buffer[] = [];
        for await (const chunk of accepted) chunks.push(chunk);
        return Buffer.concat(chunks);
      };
      sameBytes('what was read', await context.wait('for await to end', read()), sent);
    },
  },
  {
    name: 'leaving the loop pauses, and the next reader goes on',
    rule: 7,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const firstChunk = async (): Promise<string> => {
        for await (const chunk of accepted) return String(chunk);
        return '';
      };
      dialled.write('one');
      equal(await context.wait('the first chunk', firstChunk()), 'one');
      dialled.write('two');
      equal(String(await context.read(accepted).reaches(3)), 'two');
    },
  },
  {
    name: 'between two pulls the connection is held',
    rule: 13,
    async run(context) {
      const { accepted, dialled } = await context.pair();
      const iterator = accepted[Symbol.asyncIterator]();
      dialled.write('one');
      const one = await context.wait('the first pull', iterator.next());
      context.record('a send', dialled.send(inPieces(payload(2_000_000), 20_000)));
      const { bytesRead } = await context.standstill(accepted);
      ok(bytesRead <= 1_000_000, `${bytesRead} bytes were read ahead`);
      const two = await context.wait('the second pull', iterator.next());
      deepEqual([String(one.value), one.done, two.done], ['one', false, false]);
    },
  },
  {
    name: 'a pull that waits rejects when the connection is lost',
    rule: 8,
    async run(context) {
      const { dialled } = await context.pair();
      const pull = dialled[Symbol.asyncIterator]().next();
      dialled.abort(new Error('enough'));
      await rejects(
        context.wait('the pull to settle', pull),
        (error: unknown) => TransportError.is(error) && error.code === 'ERR_ABORTED',
      );
    },
  },
];
