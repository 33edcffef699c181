import { dial } from './peer.ts';
import { run } from './program.ts';

const request = (id: number, work: number): string => `${JSON.stringify({ id, text: `text ${id}`, work })}\n`;
const answer = (id: number): string => `{"id":${id},"text":"TEXT ${id}"}\n`;

describe('examples/request-server.ts', () => {
  it('answers when the answer is ready, not when it was asked', async () => {
    const server = run('examples/request-server.ts', '127.0.0.1:0');
    const peer = await dial(await server.port());
    peer.socket.end(request(1, 200) + request(2, 0));
    expect(await peer.ended).toBe('FIN');
    expect(peer.heard).toBe(answer(2) + answer(1));
  });

  it('answers many more requests than it works on at a time', async () => {
    const server = run('examples/request-server.ts', '127.0.0.1:0');
    const peer = await dial(await server.port());
    for (let id = 1; id <= 2000; id += 1) peer.socket.write(request(id, 1));
    peer.socket.end();
    expect(await peer.ended).toBe('FIN');
    expect(new Set(peer.heard.trimEnd().split('\n')).size).toBe(2000);
  });

  it('resets a client that talks nonsense, and no other one notices', async () => {
    const server = run('examples/request-server.ts', '127.0.0.1:0');
    const [fool, peer] = await Promise.all([dial(await server.port()), dial(await server.port())]);
    fool.socket.write('what?\n');
    expect(await fool.ended).toBe('RST');
    await server.line(/ left: .*ERR_INVALID_MESSAGE/);
    peer.socket.write(request(1, 0));
    await peer.hears(answer(1));
  });

  it('finishes the work that is under way at SIGTERM, and exits with code 0', async () => {
    const server = run('examples/request-server.ts', '127.0.0.1:0');
    const peer = await dial(await server.port());
    peer.socket.write(request(1, 300) + request(2, 0));
    await peer.hears(answer(2));
    server.kill('SIGTERM');
    expect(await peer.ended).toBe('FIN');
    expect(peer.heard).toBe(answer(2) + answer(1));
    peer.socket.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });
});

describe('examples/request-client.ts', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'has every request answered once, though the server ends by %s and comes back',
    async (signal) => {
      const first = run('examples/request-server.ts', '127.0.0.1:0');
      const port = await first.port();
      const client = run('examples/request-client.ts', `127.0.0.1:${port}`, '20');
      await client.line(/REQUEST/);
      first.kill(signal);
      await first.ended;
      await client.line(/ECONNREFUSED.* unanswered$/);
      run('examples/request-server.ts', `127.0.0.1:${port}`);
      expect(await client.ended).toEqual({ code: 0, signal: null });
      expect(client.lines.at(-1)).toBe('all answered');
      const answers = client.lines.filter((line) => line.includes('REQUEST'));
      const expected = Array.from({ length: 20 }, (_, index) => `${index + 1}: REQUEST ${index + 1}`);
      expect(answers.sort()).toEqual(expected.sort());
    },
  );

  it('gives up at once where dialling again cannot help', async () => {
    const client = run('examples/request-client.ts', 'no endpoint');
    expect(await client.ended).toEqual({ code: 1, signal: null });
    expect(client.lines.join('\n')).toContain('ERR_INVALID_ENDPOINT');
  });
});
