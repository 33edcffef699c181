import fc from 'fast-check';
import { firstValueFrom } from 'rxjs';
import type { Bytes } from '../../src/index.ts';
import { record, settled, wire } from '../wire.ts';

describe('write', () => {
  it('flushes what was written in one tick together, in the order of the calls (rule 9)', async () => {
    const { connection, written, writes } = wire();
    expect(connection.write('a')).toBe(true);
    connection.write(Buffer.from('b'));
    record(connection.send(['c']));
    connection.write('d');
    expect(written()).toBe('');
    await settled();
    expect([written(), writes()]).toEqual(['abcd', 1]);
  });

  it('puts any values on the wire in order, whoever wrote them (rule 9)', async () => {
    const step = fc.record({ by: fc.constantFrom('write', 'send'), text: fc.string(), pause: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (steps) => {
        const { connection, written, ended } = wire();
        for (const { by, text, pause } of steps) {
          if (by === 'write') connection.write(text);
          else record(connection.send([text]));
          if (pause) await new Promise((resolve) => setImmediate(resolve));
        }
        connection.end();
        await settled();
        expect(ended()).toBe(true);
        expect(written()).toBe(Buffer.from(steps.map(({ text }) => text).join('')).toString());
      }),
      { numRuns: 50 },
    );
  });

  it('returns false while congested and is taken all the same', async () => {
    const { connection, stall, flow, written } = wire();
    stall();
    expect(connection.write('x'.repeat(64 * 1024))).toBe(false);
    expect(connection.write('y')).toBe(false);
    await settled();
    flow();
    await settled();
    expect(connection.write('z')).toBe(true);
    await settled();
    expect(written().slice(64 * 1024)).toBe('yz');
  });

  it('is refused and counted after end and after close: never a silent loss (rule 11)', async () => {
    const { connection, fin, written } = wire();
    record(connection.received);
    connection.end();
    expect(connection.write('a')).toBe(false);
    fin();
    const summary = await firstValueFrom(connection.closed);
    expect(summary.writesRefused).toBe(1);
    expect(connection.write('b')).toBe(false);
    expect((await firstValueFrom(connection.closed)).writesRefused).toBe(2);
    expect(written()).toBe('');
  });

  it('throws ERR_INVALID_VALUE for what is neither text nor bytes', () => {
    const { connection } = wire();
    expect(() => connection.write(5 as unknown as Bytes)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_VALUE' }),
    );
  });

  it('aborts the connection when nobody minds its answer and the buffer is full (rule 13)', async () => {
    const { connection, stall } = wire({ maxWriteBuffer: 100 });
    stall();
    const { log } = record(connection.received);
    connection.write('1234567890');
    expect(connection.write('!'.repeat(100))).toBe(false);
    expect(connection.write('?')).toBe(false);
    await settled();
    expect(log).toEqual(['ERR_WRITE_OVERFLOW']);
    expect(await firstValueFrom(connection.closed)).toMatchObject({
      bytesWritten: 0,
      bytesDiscarded: 10,
      writesRefused: 1,
      error: { code: 'ERR_WRITE_OVERFLOW' },
    });
  });
});

describe('congested', () => {
  it('replays, rises at the high mark and falls at the low mark', async () => {
    const { connection, stall, flow } = wire();
    const { log } = record(connection.congested);
    stall();
    connection.write('x'.repeat(64 * 1024 - 1));
    expect(log).toEqual(['false']);
    connection.write('x');
    connection.write('x');
    expect(log).toEqual(['false', 'true']);
    expect(await firstValueFrom(connection.congested)).toBe(true);
    await settled();
    flow();
    await settled();
    expect(log).toEqual(['false', 'true', 'false']);
  });

  it('tells who writes at once that it is congested again, and nobody what is no longer so', async () => {
    const { connection, stall, flow } = wire();
    stall();
    connection.write('x'.repeat(70_000));
    const first: boolean[] = [];
    connection.congested.subscribe((congested) => {
      first.push(congested);
      if (congested) return;
      connection.write('y'.repeat(70_000));
      first.push(first.at(-1) === true);
    });
    const second = record(connection.congested);
    await settled();
    flow();
    stall();
    await settled();
    // Told within the write, and not after it.
    expect(first.slice(0, 4)).toEqual([true, false, true, true]);
    expect([second.log, record(connection.congested).log]).toEqual([['true'], ['true']]);
  });

  it('does not rise for nothing, even where nothing may wait', async () => {
    const { connection, written } = wire({ maxWriteBuffer: 0 });
    const { log } = record(connection.send(['', 'a']));
    await settled();
    expect([written(), log]).toEqual(['a', ['complete']]);
  });

  it('falls and completes when the connection is gone, so that nobody is held for ever', async () => {
    const { connection, stall, fail } = wire();
    const { log } = record(connection.congested);
    stall();
    connection.write('x'.repeat(64 * 1024));
    fail('ECONNRESET');
    await settled();
    expect(log).toEqual(['false', 'true', 'false', 'complete']);
    expect(record(connection.congested).log).toEqual(['false', 'complete']);
  });
});

describe('traffic', () => {
  it('replays the totals and follows each change until closed', async () => {
    const { connection, say, fin } = wire();
    record(connection.received);
    connection.write('abc');
    await settled();
    const { log } = record(connection.traffic);
    say('xy');
    await settled();
    fin();
    connection.end();
    await settled();
    expect(log).toEqual(['{"bytesRead":0,"bytesWritten":3}', '{"bytesRead":2,"bytesWritten":3}', 'complete']);
  });
});
