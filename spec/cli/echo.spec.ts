import { dial } from '../examples/peer.ts';
import { echoCommand } from '../../src/cli/echo.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { start } from './in-process.ts';

describe('echo', () => {
  it('says everything back, and writes a line for each who comes and goes', async () => {
    const { line, lines, port, stop, ended } = start(echoCommand, []);
    const number = await port();
    const a = await dial(number);
    await line(/^#\d+ 127\.0\.0\.1:\d+: accepted$/);
    a.socket.end('hello');
    await a.hears('hello');
    expect(await a.ended).toBe('FIN');
    await line(/^#\d+ 127\.0\.0\.1:\d+: closed after [\d.]+ m?s; 5 B in, 5 B out$/);
    const b = await dial(number);
    b.socket.write('and');
    await b.hears('and');
    b.socket.resetAndDestroy();
    await line(/: lost after .*; 3 B in, 3 B out; .*\(ERR_CONNECTION_RESET\)$/);
    stop.next();
    expect(await ended).toBe('done');
    expect(lines.at(-1)).toBe('1 closed, 1 lost; 8 B echoed');
  });

  it('answers what has come before Ctrl-C, and tells of all whom it has served', async () => {
    const { line, lines, port, stop, ended } = start(echoCommand, []);
    const client = await dial(await port());
    client.socket.write('first');
    await client.hears('first');
    stop.next();
    await line(/^stopping, with 1 open; Ctrl-C again ends it at once$/);
    expect(await client.ended).toBe('FIN');
    client.socket.end();
    expect(await ended).toBe('done');
    expect(lines.at(-1)).toBe('1 closed, 0 lost; 5 B echoed');
    expect(lines.filter((text) => text.includes(': closed after'))).toHaveLength(1);
  });

  it('waits after Ctrl-C as long as --grace says, then resets who is left, tells of them, and fails', async () => {
    const { line, lines, port, stop, ended } = start(echoCommand, ['--grace', '20ms']);
    const number = await port();
    const [a, b] = [await dial(number), await dial(number)];
    a.socket.write('hello');
    await a.hears('hello');
    stop.next();
    b.socket.end();
    expect(await ended).toMatchObject({ message: expect.stringMatching(/^not over 20 ms after Ctrl-C/) });
    await line(/: closed after .*; 0 B in, 0 B out$/);
    await line(/: lost after .*; 5 B in, 5 B out; .*\(ERR_ABORTED\)$/);
    expect(lines.at(-1)).toBe('1 closed, 1 lost; 5 B echoed');
  });

  it('resets who says nothing for as long as --idle says', async () => {
    const { line, port } = start(echoCommand, ['--idle', '20ms']);
    const client = await dial(await port());
    expect(await client.ended).toBe('RST');
    await line(/: lost after .*\(ERR_IDLE_TIMEOUT\)$/);
  });

  it('shows in a terminal how many are there, and not who', async () => {
    const { line, lines, port, stop, ended } = start(echoCommand, [], { isTerminal: true });
    const client = await dial(await port());
    client.socket.end('hello');
    await client.hears('hello');
    await client.ended;
    await line(/^0 open, 0 closed, 0 lost; 0 B echoed$/);
    stop.next();
    await line(/^0 open, 1 closed, 0 lost; 5 B echoed, [\d.]+ k?B\/s; Ctrl-C again ends it at once/);
    expect(await ended).toBe('done');
    expect(lines.join('\n')).not.toContain('accepted');
  });

  it('says what to write instead, and tells its options', async () => {
    expect(await start(echoCommand, ['a:1', 'b:1']).ended).toBeInstanceOf(UsageError);
    const { lines, ended } = start(echoCommand, ['--help']);
    expect(await ended).toBe('done');
    expect(lines).toEqual([echoCommand.help]);
  });
});
