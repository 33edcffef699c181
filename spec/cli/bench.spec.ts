import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { benchCommand } from '../../src/cli/bench.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { afterThisSpec } from '../cleanup.ts';
import { start } from './in-process.ts';

/** A server that does with each connection what the spec says. */
async function server(serve: (socket: Socket) => void): Promise<string> {
  const listening = createServer((socket) => {
    afterThisSpec(() => socket.destroy());
    serve(socket.on('error', () => undefined));
  });
  listening.listen(0, '127.0.0.1');
  afterThisSpec(() => listening.close());
  await once(listening, 'listening');
  return `127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

const echo = (socket: Socket): unknown => socket.pipe(socket);

interface Result {
  readonly answered: number;
  readonly answeredPerSecond: number;
  readonly wrong: number;
  readonly unanswered: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly latency: Readonly<Record<string, number>>;
}

async function bench(endpoint: string, ...args: readonly string[]): Promise<Result & { ended: unknown }> {
  const all = args.includes('--duration') ? args : ['--duration', '40ms', ...args];
  const { lines, ended } = start(benchCommand, [endpoint, '--json', ...all]);
  const how = await ended;
  expect(lines).toHaveLength(1);
  return { ...(JSON.parse(lines[0] ?? '') as Result), ended: how };
}

describe('bench', () => {
  it.each([
    ['--framing', 'lines', '--in-flight', '1'],
    ['--framing', 'lines', '--in-flight', '16', '--size', '1'],
    ['--framing', 'length', '--in-flight', '4', '--size', '64KiB'],
  ])('measures the round trips of an echo: %s %s %s %s', async (...args) => {
    const result = await bench(await server(echo), ...args);
    expect(result.ended).toBe('done');
    expect(result).toMatchObject({ wrong: 0, unanswered: 0, errors: {} });
    const { answered, answeredPerSecond, latency } = result;
    expect(answered).toBeGreaterThanOrEqual(10);
    expect(answeredPerSecond).toBeGreaterThan(0);
    const times = ['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => latency[name] ?? -1);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(0);
  });

  it('opens as many connections as it is told, and has as many questions under way on each', async () => {
    const asked = new Map<Socket, string>();
    const endpoint = await server((socket) => {
      asked.set(socket, '');
      socket.on('data', (chunk) => asked.set(socket, `${asked.get(socket)}${String(chunk)}`));
    });
    const { lines, line, stop, ended } = start(benchCommand, [
      ...[endpoint, '--connections', '3', '--in-flight', '2', '--size', '4'],
      ...['--duration', '1h'],
    ]);
    await until(() => [...asked.values()].filter((text) => text === '0...\n1...\n').length === 3);
    stop.next();
    for (const [socket, text] of asked) socket.end(text);
    expect(await ended).toBe('done');
    await line(/^answered {4}6 in /);
    expect(lines.join('\n')).toMatch(/: 3 connections, 2 in flight on each, 4 B as lines$/m);
  });

  it('counts answers that differ as wrong, and fails when not one was right', async () => {
    const endpoint = await server((socket) => {
      socket.setEncoding('latin1').on('data', (text) => socket.write(String(text).replaceAll('.', ',')));
    });
    const { ended, answered, wrong, latency } = await bench(endpoint);
    expect(ended).toMatchObject({ message: 'not one answer was right: all answers were wrong' });
    expect(answered).toBe(0);
    expect(wrong).toBeGreaterThanOrEqual(10);
    expect(latency['p50']).toBeNull();
  });

  it.each<readonly [server: string, answer: (asked: readonly string[]) => readonly string[], most: number]>([
    ['answers each question twice', (asked) => asked.flatMap((text) => [text, text]), 4],
    ['answers all of them, and again', (asked) => [...asked, ...asked], 4],
    ['says something else before each answer', (asked) => asked.flatMap((text) => ['200\n', text]), 5],
    ['says two things before each', (asked) => asked.flatMap((text) => ['200\n', '100\n', text]), 6],
  ])('asks no more of a server that %s, and takes that for wrong', async (_, answer, most) => {
    const rounds = 8;
    const askedAtOnce: number[] = [];
    const endpoint = await server((socket) => {
      let asked = '';
      socket.setEncoding('latin1').on('data', (text) => {
        asked += String(text);
        const questions = asked.split(/(?<=\n)/u).filter((line) => line.endsWith('\n'));
        if (questions.length < 4 || askedAtOnce.length === rounds) return;
        askedAtOnce.push(questions.length);
        asked = '';
        socket.write(answer(questions).join(''));
      });
    });
    const args = [endpoint, '--connections', '1', '--in-flight', '4', '--size', '8', '--json'];
    const { lines, stop, ended } = start(benchCommand, [...args, '--duration', '1h']);
    await until(() => askedAtOnce.length === rounds);
    stop.next();
    await ended;
    const { answered, wrong } = JSON.parse(lines[0] ?? '') as Result;
    expect(Math.max(...askedAtOnce)).toBeLessThanOrEqual(most);
    expect(answered).toBeGreaterThanOrEqual(4 * rounds - 2);
    // What comes behind the last answer is not waited for.
    expect(wrong).toBeGreaterThanOrEqual(4 * rounds - 4);
  });

  it('counts the errors by their code, when the server goes away in the middle', async () => {
    let connections = 0;
    const endpoint = await server((socket) => {
      connections += 1;
      const isFirst = connections === 1;
      let heard = '';
      socket.setEncoding('latin1').on('data', (text) => {
        heard += String(text);
        if (heard.split('\n').length <= 5) socket.write(text);
        else if (isFirst) socket.end();
        else socket.resetAndDestroy();
      });
    });
    const { ended, answered, unanswered, errors } = await bench(
      endpoint,
      '--connections',
      '3',
      '--duration',
      '1h',
    );
    expect(ended).toBe('done');
    expect({ answered, unanswered, errors }).toEqual({
      answered: 12,
      unanswered: 3,
      errors: { ERR_PEER_ENDED: 1, ERR_CONNECTION_RESET: 2 },
    });
  });

  it('fails when nobody listens, and says why', async () => {
    const { ended, errors } = await bench('127.0.0.1:1', '--connections', '2');
    expect(ended).toMatchObject({
      message: expect.stringMatching(/^not one .* \(ERR_CONNECTION_REFUSED\)$/),
    });
    expect(errors).toEqual({ ERR_CONNECTION_REFUSED: 2 });
  });

  it.each<readonly [args: readonly string[], message: string]>([
    [[], 'ENDPOINT is missing'],
    [['a:1', '--connections', '0'], '--connections "0": write 1 or more'],
    [['a:1', '--size', '0'], '--size "0": write 1 or more'],
    [['a:1', '--size', '1GiB'], '--size "1GiB": write 64MiB or less'],
    [['a:1', '--in-flight', '10000000'], '12.8 GB would be under way at a time: write less for'],
    [['a:1', '--framing', 'json'], '--framing "json": write lines or length'],
  ])('says what to write instead of %j', async (args, message) => {
    const error = await start(benchCommand, args).ended;
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
  });

  it('says once what is wrong with what all connections have in common', async () => {
    expect(await start(benchCommand, ['nowhere']).ended).toMatchObject({ code: 'ERR_INVALID_ENDPOINT' });
    const noCertificate = ['--tls', '--cert', 'package.json', '--key', 'package.json'];
    expect(await start(benchCommand, [await server(echo), ...noCertificate]).ended).toMatchObject({
      code: 'ERR_INVALID_OPTION',
    });
  });

  it('shows in a terminal how it goes, and takes that away before the result', async () => {
    const endpoint = await server(echo);
    const { line, lines, ended } = start(benchCommand, [endpoint, '--duration', '30ms'], {
      isTerminal: true,
    });
    await line(/^\d+ ms of 30 ms; \d+ answered, \d+\/s; .+; 0 wrong, 0 errors$/);
    expect(await ended).toBe('done');
    expect(lines.at(-1)).toMatch(/^latency( +[\d.]+ [µm]?s){5}$/);
  });

  it('tells its options', async () => {
    const { lines, ended } = start(benchCommand, ['--help']);
    expect(await ended).toBe('done');
    expect(lines).toEqual([benchCommand.help]);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
