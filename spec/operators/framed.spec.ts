import fc from 'fast-check';
import {
  catchError,
  concat,
  concatMap,
  firstValueFrom,
  from,
  ignoreElements,
  map,
  NEVER,
  of,
  Subject,
  switchMap,
  take,
  tap,
  toArray,
  type Observable,
  type Subscription,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  framed,
  framedConnection,
  jsonLines,
  lengthPrefixed,
  lines,
  serve,
  TransportError,
  type Bytes,
  type Codec,
  type Connection,
} from '../../src/index.ts';
import { acceptedWithPeer, closeOf, dialRaw, drain, startServer } from '../loopback.ts';
import { record, settled, wire } from '../wire.ts';

/** A connection that is a plain object, as in the tests of a handler. */
function plainConnection(received: Observable<Buffer>): { connection: Connection; written: string[] } {
  const written: string[] = [];
  const never = new Error('not part of this double');
  const connection: Connection = {
    id: 'double',
    local: 'here:1',
    remote: 'there:2',
    received,
    write: (value) => written.push(value.toString()) > 0,
    send: (values) =>
      from(values).pipe(
        tap((value) => written.push(value.toString())),
        ignoreElements(),
      ),
    hold: () => of().subscribe(),
    congested: of(false),
    draining: NEVER,
    traffic: NEVER,
    closed: NEVER,
    end: () => undefined,
    close: () => Promise.reject(never),
    abort: () => written.push('aborted'),
    [Symbol.asyncIterator]: () => {
      throw never;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { connection, written };
}

function codeOf(error: unknown): string {
  return TransportError.is(error) ? error.code : String(error);
}

describe('framed: reading', () => {
  it('delivers messages however their bytes were cut', async () => {
    const { connection, say, fin } = wire();
    const { log } = record(framedConnection(connection, lines()).received);
    for (const text of ['a', 'b\nc\nd', '', 'e\n\n']) {
      say(text);
      await settled();
    }
    fin();
    await settled();
    expect(log).toEqual(['"ab"', '"c"', '"de"', '""', 'complete']);
  });

  it('stops after the message that holds, and goes on where it stopped (rule 13)', async () => {
    const { connection, say } = wire();
    const messages = framedConnection(connection, lines());
    const seen: string[] = [];
    let held = messages.hold();
    const taking = tap<string>((line) => {
      seen.push(line);
      held = messages.hold();
    });
    record(messages.received.pipe(taking));
    say('a\nb\nc');
    say('\nd\n');
    await settled();
    for (const text of ['', 'a', 'ab', 'abc', 'abcd']) {
      expect(seen.join('')).toBe(text);
      held.unsubscribe();
    }
    expect(seen.join('')).toBe('abcd');
  });

  it('counts holds, and each is released once', async () => {
    const { connection, say } = wire();
    const messages = framedConnection(connection, lines());
    const { log } = record(messages.received);
    const [first, second] = [messages.hold(), messages.hold()];
    say('a\n');
    await settled();
    first.unsubscribe();
    first.unsubscribe();
    expect(log).toEqual([]);
    second.unsubscribe();
    expect(log).toEqual(['"a"']);
  });

  it('goes on with the next message for the next reader (rule 7)', async () => {
    const { connection, say, fin } = wire();
    const messages = framedConnection(connection, lines());
    say('a\nb\nc\nd');
    expect(await firstValueFrom(messages.received)).toBe('a');
    expect(await firstValueFrom(messages.received)).toBe('b');
    const { log } = record(messages.received);
    say('d\n');
    fin();
    await settled();
    expect(log).toEqual(['"c"', '"dd"', 'complete']);
  });

  it('takes over from a reader that leaves within its last message (rule 7)', async () => {
    const { connection, say, fin } = wire();
    const { received } = framedConnection(connection, lines());
    const { log } = record(
      received.pipe(
        take(1),
        switchMap((head) => received.pipe(map((line) => head + line))),
      ),
    );
    say('a\nb\nc');
    await settled();
    say('\n');
    fin();
    await settled();
    expect(log).toEqual(['"ab"', '"ac"', 'complete']);
  });

  it('takes over while a hold is released, outside of any chunk (rule 7)', async () => {
    const { connection, say } = wire();
    const messages = framedConnection(connection, lines());
    const { received } = messages;
    const { log } = record(
      received.pipe(
        take(1),
        switchMap(() => received),
      ),
    );
    const held = messages.hold();
    say('a\nb\nc\n');
    await settled();
    held.unsubscribe();
    expect(log).toEqual(['"b"', '"c"']);
  });

  it('leaves the bytes after the last message to a reader of the bytes, or of another framing (rule 7)', async () => {
    const { connection, say } = wire();
    say('hello\n\0\0\0\u0002hirest');
    expect(await firstValueFrom(framedConnection(connection, lines()).received)).toBe('hello');
    expect(String(await firstValueFrom(framedConnection(connection, lengthPrefixed()).received))).toBe('hi');
    expect(String(await firstValueFrom(connection.received))).toBe('rest');
  });

  it('gives back the beginning of a message that was not finished (rule 7)', async () => {
    const { connection, say } = wire();
    const reading = record(framedConnection(connection, lines()).received);
    say('unfini');
    await settled();
    reading.stop();
    say('shed');
    const { log } = record(connection.received);
    await settled();
    expect(log).toEqual(['unfini', 'shed']);
  });

  it('has one reader at a time (rule 7)', () => {
    const { connection } = wire();
    const messages = framedConnection(connection, lines());
    record(messages.received);
    expect(record(messages.received).log).toEqual(['ERR_ALREADY_READING']);
    expect(record(connection.received).log).toEqual(['ERR_ALREADY_READING']);
  });

  it('is pulled by for await', async () => {
    const { connection, say, fin } = wire();
    say('a\nb\n');
    fin();
    const seen: string[] = [];
    for await (const line of framedConnection(connection, lines())) seen.push(line);
    expect(seen).toEqual(['a', 'b']);
  });

  it('delivers every message once and in order, whatever its reader does (rules 7 and 8)', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('say' as const), text: fc.stringMatching(/^[a-c\n]{0,12}$/u) }),
      fc.record({
        kind: fc.constantFrom('hold' as const, 'release' as const, 'leave' as const, 'turn' as const),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, greed) => {
          const { connection, say, fin } = wire();
          const messages = framedConnection(connection, lines());
          const seen: string[] = [];
          const log: string[] = [];
          const holds: { unsubscribe(): void }[] = [];
          // Leaves by itself after some messages, and comes back at once.
          const read = (): { stop: () => void } =>
            record(
              messages.received.pipe(
                map((line) => {
                  seen.push(line);
                  if (seen.length % 5 === 4) holds.push(messages.hold());
                  return line;
                }),
                take(greed),
                (source) => concat(source, NEVER),
                catchError((error: unknown) => {
                  log.push(String(error));
                  return NEVER;
                }),
              ),
            );
          let reader = read();
          let said = '';
          for (const each of steps) {
            if (each.kind === 'say') {
              said += each.text;
              say(each.text);
            } else if (each.kind === 'hold') holds.push(messages.hold());
            else if (each.kind === 'release') holds.pop()?.unsubscribe();
            else if (each.kind === 'leave') {
              reader.stop();
              reader = read();
            } else await settled();
          }
          say('\n');
          fin();
          const expected = `${said}\n`.split('\n').slice(0, -1);
          for (let round = 0; round <= expected.length; round += 1) {
            await settled();
            for (const held of holds.splice(0)) held.unsubscribe();
            reader.stop();
            reader = read();
          }
          expect([seen, log]).toEqual([expected, []]);
          reader.stop();
          connection.abort();
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('framed: writing', () => {
  it('gathers the messages of a tick, in the order of the calls, beside the bytes (rule 9)', async () => {
    const { connection, written, writes } = wire();
    const messages = framedConnection(connection, lines());
    expect(messages.write('a')).toBe(true);
    connection.write('bytes|');
    record(messages.send(['b', 'c']));
    messages.write('d');
    await settled();
    expect([written(), writes()]).toEqual(['a\nbytes|b\nc\nd\n', 1]);
  });

  it('throws what cannot be encoded at whoever writes it, and sends nothing of it', async () => {
    const { connection, written } = wire();
    const messages = framedConnection(connection, lengthPrefixed({ bytes: 1 }));
    messages.write('a');
    expect(() => messages.write('x'.repeat(256))).toThrow(
      expect.objectContaining({
        code: 'ERR_FRAME_TOO_LONG',
        endpoint: 'there:2',
        connectionId: connection.id,
      }),
    );
    const { log } = record(messages.send(of('b', 'y'.repeat(256), 'c')));
    messages.write('d');
    await settled();
    expect([log, written()]).toEqual([['ERR_FRAME_TOO_LONG'], '\x01a\x01b\x01d']);
  });

  it('forgets what an encoder had written when it throws', async () => {
    const { connection, written } = wire();
    const codec: Codec<Buffer, string> = {
      decoder: lengthPrefixed().decoder,
      encode: (message, sink) => {
        sink.text(message);
        sink.bytes(Buffer.alloc(5000));
        if (message === 'bad') throw new RangeError(message);
      },
    };
    const messages = framedConnection(connection, codec);
    messages.write('good');
    expect(() => messages.write('bad')).toThrow(RangeError);
    messages.write('good');
    await settled();
    const good = `good${'\0'.repeat(5000)}`;
    expect(written()).toBe(good + good);
  });

  it('sends what a serializer writes on the same connection behind the message that it serializes, whole (rule 9)', async () => {
    const { connection, written } = wire();
    const messages = framedConnection(connection, jsonLines());
    const { log } = record(messages.send([{ toJSON: () => messages.write('first') && 'second' }]));
    await settled();
    expect([written(), log]).toEqual(['"second"\n"first"\n', ['complete']]);
    expect(() =>
      messages.write({
        toJSON: () => {
          messages.write('kept');
          throw new Error('no text');
        },
      }),
    ).toThrow(expect.objectContaining({ code: 'ERR_INVALID_MESSAGE' }));
    await settled();
    expect(written()).toBe('"second"\n"first"\n"kept"\n');
  });

  it('sends nothing of a message whose encoder throws, whatever it wrote on the same connection before', async () => {
    const { connection, written } = wire();
    const codec: Codec<Buffer, string> = {
      decoder: lengthPrefixed().decoder,
      encode: (message, sink) => {
        sink.text(`<${message}`);
        if (message === 'bad') {
          messages.write('nested');
          throw new RangeError(message);
        }
        if (message === 'nesting') messages.write('bad inside');
        sink.text('>');
      },
    };
    const messages = framedConnection(connection, codec);
    messages.write('good');
    expect(() => messages.write('bad')).toThrow(RangeError);
    messages.write('nesting');
    await settled();
    expect(written()).toBe('<good><nested><nesting><bad inside>');
  });

  it('says false of a message whose encoder has ended the connection, and counts it (rule 11)', async () => {
    const { connection, fin } = wire();
    const messages = framedConnection(connection, {
      decoder: lengthPrefixed().decoder,
      encode: () => {
        connection.end();
      },
    });
    expect(messages.write('late')).toBe(false);
    fin();
    expect(await connection.close()).toMatchObject({ writesRefused: 1, bytesWritten: 0 });
  });

  it('ends a dialled connection with its peer although what came before was no message (rule 12)', async () => {
    const { connection, say, fin } = wire({ role: 'dialled' });
    const messages = framedConnection(connection, lines({ maxFrameLength: 3 }));
    const reading = record(messages.received);
    const sending = record(messages.send(NEVER));
    say('too long\n');
    await settled();
    expect([reading.log, sending.log]).toEqual([['ERR_FRAME_TOO_LONG'], []]);
    fin();
    await settled();
    expect(sending.log).toEqual(['ERR_PEER_ENDED']);
    expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_FRAME_TOO_LONG');
  });

  it('lets a reader in another framing take over from within next, after a hold as well (rule 7)', async () => {
    const { connection, say } = wire();
    const text = framedConnection(connection, lines());
    const json = framedConnection(connection, jsonLines());
    let hold: Subscription | undefined;
    const { log } = record(
      text.received.pipe(
        tap(() => (hold ??= text.hold())),
        take(2),
        concatMap((line) => (line === 'last' ? concat(of(line), json.received) : of(line))),
      ),
    );
    say('first\nlast\n{"a":1}\n');
    await settled();
    expect(log).toEqual(['"first"']);
    hold?.unsubscribe();
    await settled();
    expect(log).toEqual(['"first"', '"last"', '{"a":1}']);
  });

  it.each(['end', 'abort'] as const)('sends nothing of a message whose encoder calls %s', async (ending) => {
    const { connection, written } = wire();
    const codec: Codec<Buffer, string> = {
      decoder: lengthPrefixed().decoder,
      encode: (message, sink) => {
        sink.text(message);
        if (message === 'last') messages[ending]();
      },
    };
    const messages = framedConnection(connection, codec);
    messages.write('before,');
    messages.write('last');
    await settled();
    expect(written()).toBe(ending === 'end' ? 'before,' : '');
  });

  it('bounds a push source by the bytes of its messages (rule 10)', async () => {
    const { connection, stall, written } = wire({ maxWriteBuffer: 100 });
    stall();
    const source = new Subject<string>();
    const { log } = record(framedConnection(connection, lines()).send(source));
    source.next('a'.repeat(60));
    source.next('b'.repeat(60));
    await settled();
    expect([log, source.observed, written()]).toEqual([['ERR_WRITE_OVERFLOW'], false, `${'a'.repeat(60)}\n`]);
  });

  it('is refused and counted after end (rule 11)', async () => {
    const { connection, fin } = wire();
    const messages = framedConnection(connection, lines());
    record(messages.received);
    messages.end();
    expect(messages.write('late')).toBe(false);
    expect(record(messages.send(['late'])).log).toEqual(['ERR_CLOSED']);
    fin();
    expect((await firstValueFrom(messages.closed)).writesRefused).toBe(1);
  });
});

describe('framed: the end', () => {
  it.each([
    ['in the middle of a frame', '\0\0\0\u0003ab', 'ERR_FRAME_TRUNCATED'],
    ['in the middle of a prefix', '\0\0', 'ERR_FRAME_TRUNCATED'],
  ])('tells that the peer ended %s', async (_, bytes, code) => {
    const { connection, say, fin } = wire();
    const { log } = record(framedConnection(connection, lengthPrefixed()).received);
    say(`\0\0\0\u0001a${bytes}`);
    fin();
    const { error } = await firstValueFrom(connection.closed);
    expect(log).toEqual(['a', code]);
    expect(error).toMatchObject({ code, endpoint: 'there:2', connectionId: connection.id });
  });

  it('does not pass off a frame that was cut for a whole one when reading is held at its end', async () => {
    const { connection, say, fin } = wire();
    const messages = framedConnection(connection, lengthPrefixed());
    const { log } = record(messages.received);
    say('\0\0\0\u0003ab');
    await settled();
    const held = messages.hold();
    fin();
    await settled();
    held.unsubscribe();
    await settled();
    expect(log).toEqual(['ERR_FRAME_TRUNCATED']);
  });

  it('keeps the write side open for the answers to messages that are held at the FIN (rule 12)', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const messages = framedConnection(connection, lines());
    const answers = drain(peer);
    let held: { unsubscribe(): void } | undefined;
    const { log } = record(
      messages.received.pipe(
        map((line) => {
          messages.write(line.toUpperCase());
          if (line === 'a') held = messages.hold();
          return line;
        }),
      ),
    );
    peer.end('a\nb\nc\n');
    while (held === undefined) await settled();
    await settled();
    held.unsubscribe();
    expect((await answers).toString()).toBe('A\nB\nC\n');
    expect(log).toEqual(['"a"', '"b"', '"c"', 'complete']);
    expect(await closeOf(peer)).toEqual({ error: undefined });
  });

  it('delivers what came before a loss, even to a reader that holds (rule 8)', async () => {
    const { connection, say, fail } = wire();
    const messages = framedConnection(connection, lines());
    const held: { unsubscribe(): void }[] = [];
    const { log } = record(
      messages.received.pipe(
        map((line) => {
          held.push(messages.hold());
          return line;
        }),
      ),
    );
    say('a\nb\nc');
    await settled();
    fail('ECONNRESET');
    await settled();
    expect(log).toEqual(['"a"']);
    for (const each of held.splice(0)) each.unsubscribe();
    for (const each of held.splice(0)) each.unsubscribe();
    await settled();
    expect(log).toEqual(['"a"', '"b"', 'ERR_CONNECTION_RESET']);
  });

  it('delivers nothing more after an abort from within a message', async () => {
    const { connection, say } = wire();
    const messages = framedConnection(connection, lines());
    const { log } = record(
      messages.received.pipe(
        map((line) => {
          if (line === 'b') messages.abort();
          return line;
        }),
      ),
    );
    say('a\nb\nc\n');
    await settled();
    expect(log).toEqual(['"a"', '"b"', 'ERR_ABORTED']);
  });

  it('reads no more after what is no message, and closes with that error when nobody sends', async () => {
    const { connection, say, written, ended, fin } = wire();
    const messages = framedConnection(connection, jsonLines());
    const { log } = record(messages.received);
    say('{"a":1}\nnonsense\n{"b":2}\n');
    messages.write({ error: 'what was that?' });
    await settled();
    expect(log).toEqual(['{"a":1}', 'ERR_INVALID_MESSAGE']);
    expect([written(), ended()]).toEqual(['{"error":"what was that?"}\n', true]);
    expect(record(messages.received).log).toEqual(['ERR_INVALID_MESSAGE']);
    fin();
    expect((await firstValueFrom(connection.closed)).error).toMatchObject({
      code: 'ERR_INVALID_MESSAGE',
      phase: 'read',
      endpoint: 'there:2',
    });
  });

  it('lets a handler answer what is no message, and ends only that connection (rule 15)', async () => {
    const { server } = await startServer();
    const outcomes = server.connections.pipe(
      framed(lines({ maxFrameLength: 10 })),
      serve(({ received }) =>
        received.pipe(
          map((line) => `got ${line}`),
          catchError((error: unknown) => of(codeOf(error).slice(-8))),
        ),
      ),
      take(2),
      map(({ error }) => error?.code),
      toArray(),
    );
    const codes = firstValueFrom(outcomes);
    const talk = async (text: string): Promise<string> => {
      const peer = await dialRaw(server.endpoint);
      peer.end(text);
      return (await drain(peer)).toString();
    };
    expect(await Promise.all([talk('a\nb\n'), talk('a\nway too long a line\nb\n')])).toEqual([
      'got a\ngot b\n',
      'got a\nTOO_LONG\n',
    ]);
    expect(await codes).toEqual(expect.arrayContaining([undefined, 'ERR_FRAME_TOO_LONG']));
  });

  it('turns what a broken decoder throws into an error of its connection (rules 16 and 17)', async () => {
    const { connection, say } = wire();
    const codec: Codec<string> = {
      ...lines(),
      decoder: () => ({
        push: () => undefined,
        next: () => {
          throw new RangeError('a bug');
        },
        end: () => 'never',
        begun: false,
        rest: () => Buffer.alloc(0),
      }),
    };
    const { log } = record(framedConnection(connection, codec).received);
    say('a');
    await settled();
    expect(log).toEqual(['ERR_INVALID_FRAME']);
  });
});

describe('framed: frameTimeout', () => {
  it('fails a connection that begins a frame and does not finish it in time (rule 18)', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ cold, expectObservable }) => {
      // The second frame is begun at 2 and finished at 5, the third begun at 8: it has until 18.
      const chunks = { a: Buffer.from('1\n2'), b: Buffer.from('2\n'), c: Buffer.from('3') };
      const { connection } = plainConnection(cold('--a--b--c 20ms -', chunks));
      const messages = framedConnection(connection, lines(), { frameTimeout: 10, scheduler });
      const codes = messages.received.pipe(catchError((error: unknown) => of(codeOf(error))));
      expectObservable(codes).toBe('--x--y 12ms (z|)', { x: '1', y: '22', z: 'ERR_FRAME_TIMEOUT' });
    });
  });

  it('looks at the age of the present frame, not at how long some frame has been under way', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ cold, expectObservable }) => {
      // Never without an unfinished frame, but each is finished within 4.
      const { connection } = plainConnection(cold('a---a---a---a---a---a---|', { a: Buffer.from('2\n1') }));
      const messages = framedConnection(connection, lines({ unterminated: 'deliver' }), {
        frameTimeout: 5,
        scheduler,
      });
      const values = { a: '2', b: '12', c: '1' };
      expectObservable(messages.received).toBe('a---b---b---b---b---b---(c|)', values);
    });
  });

  it.each([
    { direction: 'ahead', hours: 1 },
    { direction: 'back', hours: -1 },
  ])('does not care for a clock that is set $direction meanwhile', ({ hours }) => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ cold, expectObservable }) => {
      let offset = 0;
      scheduler.now = () => scheduler.frame + offset;
      // The second frame is begun at 3, and has until 8; the clock is set at 4.
      const chunks = { a: Buffer.from('1'), b: Buffer.from('\n2') };
      const { connection } = plainConnection(cold('a--b 20ms -', chunks));
      const messages = framedConnection(connection, lines(), { frameTimeout: 5, scheduler });
      const codes = messages.received.pipe(catchError((error: unknown) => of(codeOf(error))));
      cold('----s').subscribe(() => (offset = hours * 3_600_000));
      expectObservable(codes).toBe('---x----(z|)', { x: '1', z: 'ERR_FRAME_TIMEOUT' });
    });
  });

  it('does not run while reading is held: that is no fault of the peer', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ cold, expectObservable, flush }) => {
      const { connection } = plainConnection(cold('a 40ms b', { a: Buffer.from('1'), b: Buffer.from('\n') }));
      const messages = framedConnection(connection, lines(), { frameTimeout: 10, scheduler });
      expectObservable(messages.received).toBe('- 40ms x', { x: '1' });
      cold('-h 30ms r').subscribe((step) => {
        if (step === 'h') held = messages.hold();
        else held?.unsubscribe();
      });
      let held: { unsubscribe(): void } | undefined;
      flush();
    });
  });

  it.each([0.5, -1, Number.NaN])('of %d is refused', (frameTimeout) => {
    expect(() => framed(lines(), { frameTimeout })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
    );
  });
});

describe('framed: on a connection that is a plain object', () => {
  it('decodes and encodes as on any other', async () => {
    const chunks = new Subject<Buffer>();
    const { connection, written } = plainConnection(chunks);
    const messages = framedConnection(connection, lines());
    const { log } = record(messages.received.pipe(take(2)));
    chunks.next(Buffer.from('a\nb\nc\nd'));
    expect(messages.write('x')).toBe(true);
    record(messages.send(['y', 'z']));
    record(messages.send(of('w')));
    await settled();
    expect(log).toEqual(['"a"', '"b"', 'complete']);
    // In the order of the calls.
    expect(written).toEqual(['x\n', 'y\n', 'z\n', 'w\n']);
    const rest = record(messages.received);
    chunks.next(Buffer.from('\n'));
    chunks.complete();
    expect(rest.log).toEqual(['"c"', '"d"', 'complete']);
  });

  it('keeps what came while it was held, and delivers it before the end', () => {
    const { connection } = plainConnection(of('a\nb\n', 'c\n').pipe(map((text) => Buffer.from(text))));
    const messages = framedConnection(connection, lines());
    const held = messages.hold();
    const { log } = record(messages.received);
    expect(log).toEqual([]);
    held.unsubscribe();
    expect(log).toEqual(['"a"', '"b"', '"c"', 'complete']);
  });

  it('aborts it when what comes is no message', () => {
    const { connection, written } = plainConnection(of(Buffer.from('no JSON\n{}\n')));
    expect(record(framedConnection(connection, jsonLines()).received).log).toEqual(['ERR_INVALID_MESSAGE']);
    expect(written).toEqual(['aborted']);
  });

  it('frames a framed connection once more', async () => {
    const { connection, say, written } = wire();
    const outer = framedConnection(connection, lengthPrefixed());
    const inner = framedConnection(outer, lines());
    const { log } = record(inner.received);
    say('\0\0\0\u0003a\nb\0\0\0\u0002c\n');
    inner.write('x');
    record(inner.send(['y']));
    await settled();
    expect(log).toEqual(['"a"', '"bc"']);
    expect(written()).toBe('\0\0\0\u0002x\n\0\0\0\u0002y\n');
  });

  it('frames the bytes that a handler of serve is given', async () => {
    const { connection, say, written } = wire();
    record(
      of(connection).pipe(
        serve<Buffer, Bytes>((bytes) =>
          framedConnection(bytes, lines()).received.pipe(map((line) => `<${line}>`)),
        ),
      ),
    );
    say('a\nb\n');
    await settled();
    expect(written()).toBe('<a><b>');
  });
});
