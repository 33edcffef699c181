import { run } from './program.ts';

describe('examples/quotes', () => {
  it('gives the price of what is watched, and ends both sides at Ctrl-C', async () => {
    const server = run('examples/quotes/server.ts', '127.0.0.1:0');
    const client = run('examples/quotes/client.ts', `127.0.0.1:${await server.port()}`);
    await client.line(/^ACME 101$/);
    server.kill('SIGINT');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.lines.at(-1)).toBe('stopped');
    await client.line(/ERR_CONNECTION_REFUSED/);
    client.kill('SIGINT');
    expect(await client.ended).toEqual({ code: 0, signal: null });
  });

  it('is tested in virtual time', async () => {
    const test = run('--test', 'examples/quotes/quotes.test.ts');
    expect(await test.ended).toEqual({ code: 0, signal: null });
    await test.line(/pass 1$/);
  });
});
