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

  it('reads nothing before it is asked, then one chunk per pull (rule 6)', async () => {
    const { connection, say } = wire();
    const { readable } = toWeb(connection);
    say('a');
    await settled();
    expect((await firstValueFrom(connection.traffic)).bytesRead).toBe(0);
    const reader = readable.getReader();
    expect(String((await reader.read()).value)).toBe('a');
  });

  it('settles a write when the kernel has it', async () => {
    const { connection, stall, flow } = wire();
    const writer = toWeb(connection).writable.getWriter();
    stall();
    let done = false;
    const writing = writer.write('x').then(() => (done = true));
    await settled();
    expect(done).toBe(false);
    flow();
    expect(await writing).toBe(true);
  });

  it('errors both streams when the connection is lost', async () => {
    const { connection, fail } = wire();
    const { readable, writable } = toWeb(connection);
    const reading = readable.getReader().read();
    fail('ECONNRESET');
    await expect(reading).rejects.toMatchObject({ code: 'ERR_CONNECTION_RESET' });
    await expect(writable.getWriter().write('x')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('pauses reading when it is cancelled, and the next reader goes on (rule 7)', async () => {
    const { connection, say } = wire();
    const { readable } = toWeb(connection);
    await readable.cancel();
    const { log } = record(connection.received);
    say('a');
    await settled();
    expect(log).toEqual(['a']);
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
