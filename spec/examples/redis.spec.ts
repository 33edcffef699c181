import fc from 'fast-check';
import { concat, from, lastValueFrom, of, Subject, throwError, toArray, type Observable } from 'rxjs';
import { INCOMPLETE, TransportError, type Decoder } from 'rxjs-net';
import { inlineCommand } from '../../examples/redis/inline-command.ts';
import { command, RespError, type RespValue } from '../../examples/redis/resp-value.ts';
import { resp } from '../../examples/redis/resp.ts';
import { redisHandler } from '../../examples/redis/server.ts';
import { Store } from '../../examples/redis/store.ts';
import { encoded } from '../../src/framing/buffer-sink.ts';
import { dial, type Peer } from './peer.ts';
import { run } from './program.ts';

const wired = (...values: readonly RespValue[]): Buffer =>
  Buffer.concat(values.map((value) => encoded(resp().encode, value)));

function drained(decoder: Decoder<RespValue>): RespValue[] {
  const values: RespValue[] = [];
  for (let value = decoder.next(); value !== INCOMPLETE; value = decoder.next()) values.push(value);
  return values;
}

/** What comes of a stream in these chunks, and of its end. */
function decode(decoder: Decoder<RespValue>, ...chunks: readonly (Buffer | string)[]): RespValue[] {
  const values = chunks.flatMap((chunk) => {
    decoder.push(Buffer.from(chunk));
    return drained(decoder);
  });
  expect(decoder.end()).toBe(INCOMPLETE);
  return values;
}

function failure(code: string, detail: string): unknown {
  return expect.objectContaining({ code, detail: expect.stringContaining(detail) });
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n]/u.test(text));
const bytes = fc
  .array(fc.constantFrom(0, 0x0a, 0x0d, 0x24, 0x2a, 0x31, 0xff), { maxLength: 20 })
  .map((values) => Buffer.from(values));
const { value: anyValue } = fc.letrec<{ value: RespValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    line,
    line.map((text) => new RespError(text)),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    bytes,
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
}));
const anyValues = fc.array(anyValue, { minLength: 1, maxLength: 4 });

describe('examples/redis: resp', () => {
  it.each<[RespValue, string]>([
    ['OK', '+OK\r\n'],
    [new RespError('ERR no'), '-ERR no\r\n'],
    [42, ':42\r\n'],
    [-0, ':0\r\n'],
    [-(2n ** 63n), ':-9223372036854775808\r\n'],
    [Buffer.from('a\r\n\0'), '$4\r\na\r\n\0\r\n'],
    [null, '$-1\r\n'],
    [[], '*0\r\n'],
    [[1, [Buffer.from('é')]], '*2\r\n:1\r\n*1\r\n$2\r\né\r\n'],
    [command('GET', 'a'), '*2\r\n$3\r\nGET\r\n$1\r\na\r\n'],
  ])('writes %p as RESP', (value, wire) => {
    expect(wired(value).toString()).toBe(wire);
  });

  it('decodes what it encodes, in one chunk and cut at any one place', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const wire = wired(...values);
        for (let at = 0; at <= wire.length; at += 1)
          expect(decode(resp().decoder(), wire.subarray(0, at), wire.subarray(at))).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });

  it('decodes what it encodes, byte by byte, and gives back what it has of a message as it came', () => {
    fc.assert(
      fc.property(anyValues, fc.nat(), (values, place) => {
        const wire = wired(...values);
        const at = place % (wire.length + 1);
        const decoder = resp().decoder();
        const decoded: RespValue[] = [];
        for (const byte of wire.subarray(0, at)) {
          decoder.push(Buffer.of(byte));
          decoded.push(...drained(decoder));
        }
        const came = wired(...decoded).length;
        expect(decoder.begun).toBe(at > came);
        expect(decoder.rest()).toEqual(wire.subarray(came, at));
        expect(decoder.begun).toBe(false);
        expect(decode(decoder, wire.subarray(came))).toEqual(values.slice(decoded.length));
      }),
      { numRuns: 300 },
    );
  });

  it('gives back the messages that nobody has asked for', () => {
    const decoder = resp().decoder();
    decoder.push(Buffer.from('*2\r\n:1\r\n'));
    expect(decoder.next()).toBe(INCOMPLETE);
    decoder.push(Buffer.from(':2\r\n+one\r\n+tw'));
    expect(decoder.next()).toEqual([1, 2]);
    expect(decoder.rest().toString()).toBe('+one\r\n+tw');
  });

  it('takes as long for a bulk string of many chunks as they are, and memory for it once', () => {
    const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
    const body = Buffer.alloc(4_000_000, 'x');
    const wire = wired(body);
    const chunks = Array.from({ length: 4000 }, (_, index) =>
      wire.subarray(index * 1001, (index + 1) * 1001),
    );
    const values = decode(resp().decoder(), ...chunks);
    const calls = allocate.mock.calls.length;
    allocate.mockRestore();
    expect(values).toEqual([body]);
    expect(calls).toBe(1);
  });

  it.each([
    ['PING\r\n', ['PING']],
    ['  ping \t a\n', ['ping', 'a']],
    ['SET a "b\\x00\\n\\"" \'it\\\'s\' ""\r\n', ['SET', 'a', 'b\0\n"', "it's", '']],
    ['SET a"b"c\r\n', ['SET', 'abc']],
    ['\r\n', []],
  ])('takes the line %j for a command where a server wants it to', (text, words) => {
    const decoder = resp({ inline: true }).decoder();
    expect(decode(decoder, text, '*1\r\n$1\r\na\r\n')).toEqual([command(...words), command('a')]);
    expect(thrownBy(() => decode(resp().decoder(), text))).toEqual(
      failure('ERR_INVALID_FRAME', 'expected a type, got'),
    );
  });

  it('reads a typed command byte for byte', () => {
    const decoder = resp({ inline: true }).decoder();
    expect(decode(decoder, Buffer.from('ECHO \xa0\xff\n', 'latin1'))).toEqual([
      command('ECHO', Buffer.of(0xa0, 0xff)),
    ]);
  });

  it.each([
    ['ERR_INVALID_FRAME', 'invalid multibulk length', '*x\r\n'],
    ['ERR_INVALID_FRAME', 'invalid bulk length', '*1\r\n$-2\r\n'],
    ['ERR_INVALID_FRAME', 'longer than it says', '$1\r\nab\r\n'],
    ['ERR_INVALID_FRAME', 'invalid integer', ':01\r\n'],
    ['ERR_INVALID_FRAME', 'invalid integer', ':9223372036854775808\r\n'],
    ['ERR_INVALID_FRAME', 'expected a type', '*1\r\nGET\r\n'],
    ['ERR_INVALID_FRAME', 'unbalanced quotes', 'SET a "b\r\n'],
    ['ERR_FRAME_TOO_LONG', 'a bulk string has 11 bytes', '$11\r\n'],
    ['ERR_FRAME_TOO_LONG', 'a message has at least 4 items', '*4\r\n'],
    ['ERR_FRAME_TOO_LONG', 'a message has at least 4 items', '*2\r\n*1\r\n:1\r\n*1\r\n'],
    ['ERR_FRAME_TOO_LONG', 'arrays within arrays', '*1\r\n*1\r\n*1\r\n'],
    ['ERR_FRAME_TOO_LONG', 'a message has at least 32 bytes', '*3\r\n$9\r\n123456789\r\n$7\r\n'],
    ['ERR_FRAME_TOO_LONG', 'a line has at least 4097 bytes', 'x'.repeat(4097)],
    ['ERR_FRAME_TRUNCATED', '5 bytes into a value', '*1\r\n$'],
    ['ERR_FRAME_TRUNCATED', '12 bytes into a value', '*2\r\n$2\r\nab\r\n'],
  ])('ends with %s (%s) for %j, however it is cut', (code, detail, wire) => {
    const limits = { maxFrameLength: 30, maxBulkLength: 10, maxItems: 3, maxDepth: 2, inline: true };
    for (const chunks of [[wire], Array.from(wire)])
      expect(thrownBy(() => decode(resp(limits).decoder(), ...chunks))).toEqual(failure(code, detail));
  });

  it('counts the items of a message over all of its arrays, and those of each message for themselves', () => {
    const itemsOf = (value: RespValue): number => {
      if (!Array.isArray(value)) return 0;
      const items: readonly RespValue[] = value;
      return items.reduce<number>((sum, item) => sum + 1 + itemsOf(item), 0);
    };
    const anyArrays = fc.array(fc.array(anyValue, { minLength: 1 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyArrays, (messages) => {
        const wire = wired(...messages);
        const maxItems = Math.max(...messages.map(itemsOf));
        expect(decode(resp({ maxItems }).decoder(), wire)).toEqual(messages);
        expect(thrownBy(() => decode(resp({ maxItems: maxItems - 1 }).decoder(), wire))).toEqual(
          failure('ERR_FRAME_TOO_LONG', 'items'),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('stops at arrays of nothing before they are many, few as their bytes are', () => {
    // 16 MiB of them would be hundreds of MiB here.
    const emptyArrays = `*65536\r\n${'*0\r\n'.repeat(65_536)}`;
    const decoder = resp().decoder();
    expect(decode(decoder, '*2\r\n+one\r\n:1\r\n', emptyArrays)).toHaveLength(2);
    expect(thrownBy(() => decode(decoder, `*2\r\n${emptyArrays}`))).toEqual(
      failure('ERR_FRAME_TOO_LONG', 'a message has at least 65538 items'),
    );
  });

  it('is quick with a line that is made to be slow', () => {
    const began = performance.now();
    expect(() => inlineCommand(Buffer.from(`${'a'.repeat(100_000)}"`))).toThrow('unbalanced quotes');
    // It takes milliseconds, and in a time that is quadratic in the line, more than ten seconds.
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it.each<[string, RespValue]>([
    ['line end', 'a\nb'],
    ['line end', new RespError('ERR a\rb')],
    ['no integer', 1.5],
    ['no integer', 2 ** 53],
    ['no integer', 2n ** 63n],
    ['line end', [1, 'a\n']],
  ])('refuses to write what RESP cannot say: %s', (detail, value) => {
    expect(thrownBy(() => wired(value))).toEqual(failure('ERR_INVALID_MESSAGE', detail));
  });
});

/** What a client gets that says all this and ends. */
function answers(said: Observable<RespValue>, store = new Store()): Promise<RespValue[]> {
  return lastValueFrom(redisHandler(store)({ received: said }).pipe(toArray()));
}

function answer(text: string, store?: Store): Promise<RespValue[]> {
  return answers(of(command(...text.split(' '))), store);
}

describe('examples/redis: the commands', () => {
  it.each<[string, RespValue]>([
    ['ping', 'PONG'],
    ['PING hi', Buffer.from('hi')],
    ['ECHO hi', Buffer.from('hi')],
    ['GET there', Buffer.from('1')],
    ['GET nothing', null],
    ['DEL there nothing there', 1],
    ['EXISTS there nothing there', 2],
    ['INCR there', 2n],
    ['INCR nothing', 1n],
    ['INCR text', new RespError('ERR value is not an integer or out of range')],
    ['INCR most', new RespError('ERR increment or decrement would overflow')],
    ['TTL there', -1],
    ['TTL nothing', -2],
    ['SET there 2 NX', null],
    ['SET nothing 2 NX', 'OK'],
    ['SET there 2 xx', 'OK'],
    ['SET nothing 2 XX', null],
    ['SET there 2 EX', new RespError('ERR syntax error')],
    ['SET there 2 EX 1 PX 1', new RespError('ERR syntax error')],
    ['SET there 2 NX XX', new RespError('ERR syntax error')],
    ['SET there 2 EX 0', new RespError("ERR invalid expire time in 'set' command")],
    ['SET there 2 EX 9223372036854775807', new RespError("ERR invalid expire time in 'set' command")],
    ['SET there', new RespError('ERR wrong number of arguments')],
    ['GET', new RespError('ERR wrong number of arguments')],
    ['GET a b', new RespError('ERR wrong number of arguments')],
    ['NO such\r\nthing', new RespError("ERR unknown command 'NO'")],
    ['N\nO', new RespError("ERR unknown command 'N O'")],
    ['HELLO 2', [...command('server', 'rxjs-net-example', 'proto'), 2, ...command('role', 'master')]],
    ['HELLO 3', new RespError('NOPROTO unsupported protocol version')],
    ['SELECT 0', 'OK'],
    ['SELECT 1', new RespError('ERR DB index is out of range')],
    ['CLIENT SETNAME me', 'OK'],
    ['CLIENT KILL me', new RespError('ERR unknown subcommand')],
    ['CONFIG GET save', command('save', '')],
    ['CONFIG GET appendonly', command('appendonly', 'no')],
    ['CONFIG GET other', []],
    ['CONFIG SET save', new RespError('ERR unknown subcommand')],
    ['COMMAND DOCS', []],
  ])('answers %j', async (text, expected) => {
    const store = new Store();
    store.set(Buffer.from('there'), Buffer.from('1'));
    store.set(Buffer.from('text'), Buffer.from('one'));
    store.set(Buffer.from('most'), Buffer.from('9223372036854775807'));
    expect(await answer(text, store)).toEqual([expected]);
  });

  it('keeps a value for as long as it is told to, and counts without making it live longer', async () => {
    let now = 1000;
    const store = new Store({ now: () => now });
    expect(await answer('SET a 1 PX 1500', store)).toEqual(['OK']);
    expect(await answer('INCR a', store)).toEqual([2n]);
    expect(await answer('TTL a', store)).toEqual([2]);
    now += 1499;
    expect(await answer('GET a', store)).toEqual([Buffer.from('2')]);
    now += 1;
    expect(await answer('GET a', store)).toEqual([null]);
    expect(await answer('DEL a', store)).toEqual([0]);
    expect(await answer('SET a 1 EX 2', store)).toEqual(['OK']);
    expect(await answer('SET a 1', store)).toEqual(['OK']);
    expect(await answer('TTL a', store)).toEqual([-1]);
  });

  it('keeps any bytes, and a copy of them', async () => {
    const store = new Store();
    const value = Buffer.of(0, 255, 13, 10);
    await answers(of(command('SET', value, 'x'), [...command('SET'), Buffer.of(255), value]), store);
    value.fill(1);
    expect(await answers(of(command('GET', Buffer.of(255))), store)).toEqual([Buffer.of(0, 255, 13, 10)]);
    expect(await answers(of(command('GET', 'ÿ')), store)).toEqual([null]);
  });

  it('ends after QUIT, and says nothing to an empty command', async () => {
    const said = new Subject<RespValue>();
    const heard = answers(concat(from([[], command('PING'), command('quit')]), said));
    expect(await heard).toEqual(['PONG', 'OK']);
    expect(said.observed).toBe(false);
  });

  it.each<RespValue>(['PING', [1], [Buffer.from('GET'), null], [command('GET')]])(
    'tells a client that says %p what it expects, and ends',
    async (value) => {
      const error = new RespError('ERR Protocol error: expected an array of bulk strings');
      expect(await answers(of(value, command('PING')))).toEqual([error]);
    },
  );

  it('says nothing to a client that was lost', async () => {
    const lost = new TransportError('ERR_CONNECTION_RESET', { phase: 'read' });
    await expect(answers(throwError(() => lost))).rejects.toBe(lost);
  });
});

describe('examples/redis/main.ts', () => {
  async function served(): Promise<{ readonly server: ReturnType<typeof run>; readonly peer: Peer }> {
    const server = run('examples/redis/main.ts', '127.0.0.1:0');
    return { server, peer: await dial(await server.port()) };
  }

  it('answers many commands at once, of both kinds, and in their order', async () => {
    const { peer } = await served();
    peer.socket.end('SET a 1\r\n*2\r\n$4\r\nINCR\r\n$1\r\na\r\nGET a\r\n');
    expect(await peer.ended).toBe('FIN');
    expect(peer.heard).toBe('+OK\r\n:2\r\n$1\r\n2\r\n');
  });

  it('ends the connection of who does not speak its protocol with an error, and no other one', async () => {
    const { server, peer } = await served();
    const fool = await dial(await server.port());
    fool.socket.write('PING\r\n*x\r\n');
    expect(await fool.ended).toBe('FIN');
    expect(fool.heard).toBe('+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n');
    await server.line(/ERR_INVALID_FRAME/);
    peer.socket.write('PING\r\n');
    await peer.hears('+PONG');
  });

  it('drains at SIGTERM, and exits with code 0', async () => {
    const { server, peer } = await served();
    peer.socket.write('PING\r\n');
    await peer.hears('+PONG');
    server.kill('SIGTERM');
    expect(await peer.ended).toBe('FIN');
    peer.socket.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });
});
