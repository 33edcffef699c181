import { dial, type Peer } from './peer.ts';
import { run, type Program } from './program.ts';

let server: Program;
let port: number;

beforeEach(async () => {
  server = run('examples/chat.ts', '127.0.0.1:0');
  port = await server.port();
});

/** Guests 1, 2, … who have all heard the last of them join, but for the last itself. */
async function guests(count: number): Promise<Peer[]> {
  const all: Peer[] = [];
  for (let number = 1; number <= count; number += 1) {
    const newcomer = await dial(port);
    await Promise.all(all.map((guest) => guest.hears(`* guest ${number} joined\n`)));
    all.push(newcomer);
  }
  return all;
}

describe('examples/chat.ts', () => {
  it('tells a line of one to all others, and not to the one who said it', async () => {
    const [ann, bob, eve] = (await guests(3)) as [Peer, Peer, Peer];
    ann.socket.write('hello\nany');
    bob.socket.write('body?\n');
    ann.socket.write('one?\n');
    await Promise.all([
      ann.hears('guest 2: body?\n'),
      bob.hears('guest 1: anyone?\n'),
      eve.hears('anyone?\n'),
    ]);
    await eve.hears('guest 2: body?\n');
    expect(bob.heard).toBe('* guest 3 joined\nguest 1: hello\nguest 1: anyone?\n');
    expect(ann.heard).not.toContain('guest 1:');
  });

  it('tells who has left, by FIN or without a word', async () => {
    const [ann, bob, eve] = (await guests(3)) as [Peer, Peer, Peer];
    bob.socket.end('bye\n');
    await ann.hears('guest 2: bye\n* guest 2 left\n');
    expect(await bob.ended).toBe('FIN');
    eve.socket.resetAndDestroy();
    await ann.hears('* guest 3 left\n');
  });

  it('puts a character together that came in two pieces', async () => {
    const [ann, bob] = (await guests(2)) as [Peer, Peer];
    const rocket = Buffer.from('🚀\n');
    ann.socket.write(Buffer.concat([Buffer.from('look: \n'), rocket.subarray(0, 2)]));
    // So the first piece has been read by now, and alone.
    await bob.hears('guest 1: look: \n');
    ann.socket.write(rocket.subarray(2));
    await bob.hears('guest 1: 🚀\n');
  });

  it('lets one who does not read miss lines and be told how many, while the others miss none', async () => {
    const [talker, listener, sleeper] = (await guests(3)) as [Peer, Peer, Peer];
    sleeper.socket.pause();
    const says = async (text: string): Promise<void> => {
      talker.socket.write(`${text}\n`);
      await listener.hears(`${text}\n`);
    };
    const long = 'x'.repeat(60_000);
    let said = 0;
    for (; said < 200; said += 1) await says(`${said} ${long}`);
    sleeper.socket.resume();
    for (; !sleeper.heard.includes('* you missed '); said += 1) await says(`awake? ${said}`);
    await sleeper.hears(`awake? ${said - 1}\n`);
    const heard = sleeper.heard.match(/^guest 1: /gm)?.length ?? 0;
    const missed = [...sleeper.heard.matchAll(/^\* you missed (\d+) lines$/gm)].map(([, count]) =>
      Number(count),
    );
    expect(heard + missed.reduce((sum, count) => sum + count)).toBe(said);
    expect(listener.heard).not.toContain('missed');
  });

  it('sends everybody home at SIGTERM, and exits with code 0', async () => {
    const all = await guests(3);
    server.kill('SIGTERM');
    expect(await Promise.all(all.map((guest) => guest.ended))).toEqual(['FIN', 'FIN', 'FIN']);
    for (const { socket } of all) socket.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });
});
