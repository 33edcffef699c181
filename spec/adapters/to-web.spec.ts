import { TextDecoderStream } from 'node:stream/web';
import { firstValueFrom } from 'rxjs';
import { toWeb } from '../../src/index.ts';
import { acceptedWithPeer, closeOf, drain } from '../loopback.ts';
import { record, settled, wire } from '../wire.ts';

describe('toWeb', () => {
  it('reads and writes, and passes FIN on both ways', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const { readable, writable } = toWeb(connection);
    peer.end('grüße');
    let text = '';
    for await (const part of readable.pipeThrough(new TextDecoderStream())) text += part;
    const writer = writable.getWriter();
    await writer.write('antwort');
    await writer.close();
    expect([text, (await drain(peer)).toString()]).toEqual(['grüße', 'antwort']);
  });

  it('gives one chunk per pull', async () => {
    const { connection, say } = wire();
    const { readable } = toWeb(connection);
    say('a');
    await settled();
    const reader = readable.getReader();
    expect(String((await reader.read()).value)).toBe('a');
  });

  it('settles a write when there is room for the next one', async () => {
    const { connection, stall, flow } = wire();
    const writer = toWeb(connection).writable.getWriter();
    stall();
    await writer.write('x');
    let done = false;
    const writing = writer.write('y'.repeat(100_000)).then(() => (done = true));
    await settled();
    expect(done).toBe(false);
    flow();
    expect(await writing).toBe(true);
  });

  it('stays writable after the end of the peer of an accepted connection (rule 12)', async () => {
    const { connection, fin, written, ended } = wire();
    const { readable, writable } = toWeb(connection);
    fin();
    expect(await readable.getReader().read()).toMatchObject({ done: true });
    await settled();
    await settled();
    const writer = writable.getWriter();
    await writer.write('answer');
    await writer.close();
    await settled();
    expect([written(), ended()]).toEqual(['answer', true]);
  });

  it('errors both streams when the connection is lost', async () => {
    const { connection, fail } = wire();
    const { readable, writable } = toWeb(connection);
    const reading = readable.getReader().read();
    fail('ECONNRESET');
    await expect(reading).rejects.toMatchObject({ code: 'ERR_CONNECTION_RESET' });
    await expect(writable.getWriter().write('x')).rejects.toMatchObject({ code: 'ERR_CONNECTION_RESET' });
  });

  it('resets at once when it is aborted while a write waits for a stalled peer', async () => {
    const { connection, stall } = wire();
    const writer = toWeb(connection).writable.getWriter();
    writer.closed.catch(() => undefined);
    stall();
    const waiting = writer.write('x'.repeat(100_000));
    await settled();
    const aborting = writer.abort(new Error('mine'));
    await expect(waiting).rejects.toThrow('mine');
    await aborting;
    expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_ABORTED');
  });

  it('closes when everything is flushed, and fails to when it was lost', async () => {
    const { connection, stall, fail } = wire();
    const writer = toWeb(connection).writable.getWriter();
    writer.closed.catch(() => undefined);
    stall();
    await writer.write('x');
    const closing = writer.close();
    await settled();
    fail('ECONNRESET');
    await expect(closing).rejects.toMatchObject({ code: 'ERR_CONNECTION_RESET' });
  });

  it('tells an idle writer that the connection was lost', async () => {
    const { connection, fail } = wire();
    const writer = toWeb(connection).writable.getWriter();
    await settled();
    fail('ECONNRESET');
    await expect(writer.closed).rejects.toMatchObject({ code: 'ERR_CONNECTION_RESET' });
  });

  it('is no reader of the connection before somebody reads it (rule 7)', async () => {
    const { connection, say } = wire();
    toWeb(connection);
    await settled();
    const { log } = record(connection.received);
    say('a');
    await settled();
    expect(log).toEqual(['a']);
  });

  it('pauses reading when it is cancelled, and the next reader goes on (rule 7)', async () => {
    const { connection, say } = wire();
    const reader = toWeb(connection).readable.getReader();
    say('a');
    expect(String((await reader.read()).value)).toBe('a');
    await reader.cancel();
    const { log } = record(connection.received);
    say('b');
    await settled();
    expect(log).toEqual(['b']);
  });

  it.each([new Error('mine'), 'mine'])(
    'resets the connection when writing is aborted (%p)',
    async (reason) => {
      const [connection, peer] = await acceptedWithPeer();
      const closed = closeOf(peer);
      await toWeb(connection).writable.abort(reason);
      expect(await closed).toEqual({ error: 'ECONNRESET' });
      expect((await firstValueFrom(connection.closed)).error).toMatchObject({
        code: 'ERR_ABORTED',
        cause: reason,
      });
    },
  );
});
