import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { defer, firstValueFrom, merge, retry, switchMap, take, tap, toArray, type Observable } from 'rxjs';
import { bind, connect, framed, parseEndpoint, serve, type Endpoint } from 'rxjs-net';
import { command, RespError, type Command, type RespValue } from '../examples/redis/resp-value.ts';
import { resp } from '../examples/redis/resp.ts';
import { redisHandler } from '../examples/redis/server.ts';
import { Store } from '../examples/redis/store.ts';
import { atTestEnd } from './at-test-end.ts';
import {
  REDIS_BENCHMARK,
  REDIS_CLI,
  REDIS_SERVER,
  requireProgram,
  startRedisBenchmark,
  startRedisCli,
  startRedisServer,
} from './foreign-process.ts';
import { freshDirectory } from './fresh-directory.ts';
import { within } from './within.ts';

requireProgram(REDIS_CLI);
requireProgram(REDIS_BENCHMARK);
requireProgram(REDIS_SERVER);

/** The example's server, and how the programs of Redis are told where it is. */
async function startExample(place = '127.0.0.1:0'): Promise<readonly string[]> {
  const listening = new Promise<Endpoint>((resolve, reject) => {
    const serving = bind(place)
      .pipe(
        tap(({ endpoint }) => {
          resolve(endpoint);
        }),
        switchMap(({ connections }) =>
          connections.pipe(framed(resp({ inline: true })), serve(redisHandler(new Store()))),
        ),
      )
      .subscribe({ error: reject });
    atTestEnd(() => {
      serving.unsubscribe();
    });
  });
  const endpoint = parseEndpoint(await within('the example', listening));
  return endpoint.kind === 'unix'
    ? ['-s', endpoint.path]
    : ['-h', endpoint.host, '-p', String(endpoint.port)];
}

async function printedBy(server: readonly string[], ...args: readonly string[]): Promise<string> {
  const { code, output } = await startRedisCli(...server, ...args)
    .input()
    .exit();
  expect(code).toBe(0);
  return output.toString();
}

describe('redis-cli', () => {
  it('sets, gets, counts and deletes, one connection each', async () => {
    const server = await startExample();
    expect(await printedBy(server, 'SET', 'greeting', 'hello there')).toBe('OK\n');
    expect(await printedBy(server, 'GET', 'greeting')).toBe('hello there\n');
    expect(await printedBy(server, 'INCR', 'visits')).toBe('1\n');
    expect(await printedBy(server, 'DEL', 'greeting', 'visits')).toBe('2\n');
    expect(await printedBy(server, 'GET', 'greeting')).toBe('\n');
  });

  it('reads commands as somebody types them, over a Unix socket, and what is none does not end the connection', async () => {
    const server = await startExample(`unix:${join(freshDirectory(), 'redis.sock')}`);
    const said = 'SET a "b\\n\\x00"\nGET a\nNO such thing\nPING\n';
    const { code, output } = await startRedisCli(...server, '--no-raw')
      .input(said)
      .exit();
    expect(code).toBe(0);
    // What took long on a machine that is busy, it says as well.
    expect(output.toString().replaceAll(/^\([\d.]+s\)\n/gmu, '')).toBe(
      `OK\n"b\\n\\x00"\n(error) ERR unknown command 'NO'\nPONG\n`,
    );
  });

  it('takes a value of any bytes from its input', async () => {
    const server = await startExample();
    const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const set = await startRedisCli(...server, '-x', 'SET', 'a')
      .input(value)
      .exit();
    expect(set.output.toString()).toBe('OK\n');
    const got = await startRedisCli(...server, 'GET', 'a')
      .input()
      .exit();
    expect(got.output).toEqual(Buffer.concat([value, Buffer.from('\n')]));
  });

  it('sends many commands before it reads, with --pipe', async () => {
    const server = await startExample();
    const commands = Array.from({ length: 2000 }, (_, index) => `SET key:${index} ${index}\r\n`);
    const { code, output } = await startRedisCli(...server, '--pipe')
      .input(commands.join(''))
      .exit();
    expect(code).toBe(0);
    expect(output.toString()).toContain('errors: 0, replies: 2000');
  });

  it('is told that there is no version 3, and goes on with 2', async () => {
    expect(await printedBy(await startExample(), '-3', 'PING')).toBe('PONG\n');
  });
});

describe('redis-benchmark', () => {
  it.each([
    ['over TCP', () => '127.0.0.1:0'],
    ['over a Unix socket', () => `unix:${join(freshDirectory(), 'redis.sock')}`],
  ])('measures the example %s, sixteen commands at a time', async (_name, place) => {
    const server = await startExample(place());
    const load = ['-n', '4000', '-c', '20', '-P', '16', '-t', 'ping,set,get,incr', '--csv'];
    const { code, output } = await startRedisBenchmark(...server, ...load).exit(50_000);
    expect(code).toBe(0);
    const rates = [...output.toString().matchAll(/^"(PING_INLINE|PING_MBULK|SET|GET|INCR)","([\d.]+)"/gmu)];
    expect(rates.map(([, test]) => test)).toEqual(['PING_INLINE', 'PING_MBULK', 'SET', 'GET', 'INCR']);
    expect(rates.every(([, , rate]) => Number(rate) > 0)).toBe(true);
  });
});

describe('redis-server', () => {
  /** Starts it, and waits until it answers. */
  async function startTheirs(): Promise<string> {
    const directory = freshDirectory();
    const socket = join(directory, 'redis.sock');
    startRedisServer(socket, directory);
    const answering = defer(() => ask(`unix:${socket}`, command('PING'))).pipe(
      retry({ delay: 50, count: 200 }),
    );
    expect(await within('an answer of redis-server', answering, 20_000)).toEqual(['PONG']);
    return socket;
  }

  /** One connection with our codec: all the commands at once, and the answers. */
  function ask(endpoint: string, ...commands: readonly Command[]): Observable<RespValue[]> {
    return connect(endpoint).pipe(
      framed(resp()),
      switchMap((connection) => merge(connection.send(commands), connection.received)),
      take(commands.length),
      toArray(),
    );
  }

  it('understands our codec, and we understand it', async () => {
    const socket = await startTheirs();
    const value = Buffer.alloc(1_000_000, 'a\r\n\0');
    const answers = ask(
      `unix:${socket}`,
      command('SET', 'a', value),
      command('GET', 'a'),
      command('GET', 'nothing'),
      command('SET', 'count', '9223372036854775806'),
      command('INCR', 'count'),
      command('INCR', 'count'),
      command('MGET', 'nothing', 'count'),
      command('EVAL', "return {1, {'a', {ok='fine'}}, {err='ERR no'}}", '0'),
    );
    expect(await within('answers of redis-server', answers)).toEqual([
      'OK',
      value,
      null,
      'OK',
      9223372036854775807n,
      new RespError('ERR increment or decrement would overflow'),
      [null, Buffer.from('9223372036854775807')],
      [1, [Buffer.from('a'), 'fine'], new RespError('ERR no')],
    ]);
  });

  it('ends a conversation that is no RESP as the example does', async () => {
    const theirs = await startTheirs();
    const [, ours = ''] = await startExample(`unix:${join(freshDirectory(), 'redis.sock')}`);
    for (const said of ['*x\r\n', '*1\r\n$x\r\n', 'SET a "b\r\n']) {
      const heard = await Promise.all([theirs, ours].map((path) => lastWords(dial(path), said)));
      expect(heard[1]).toBe(heard[0]);
      expect(heard[0]).toMatch(/^-ERR Protocol error: /u);
    }
  });

  /** What a server says until it ends. */
  async function lastWords(socket: Socket, said: string): Promise<string> {
    atTestEnd(() => socket.destroy());
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    socket.write(said);
    await firstValueFrom(defer(() => once(socket, 'end')));
    return heard;
  }
});
