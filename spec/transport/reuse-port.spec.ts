import { createServer } from 'node:net';
import { lastValueFrom } from 'rxjs';
import { bind, parseEndpoint } from '../../src/index.ts';
import { bindAddress } from '../../src/transport/bind-address.ts';
import { readBindOptions } from '../../src/transport/bind-options.ts';
import { reusePortOption } from '../../src/transport/reuse-port.ts';
import { startServer } from '../loopback.ts';

const known = ['22.12.0', '22.20.1', '23.1.0', '24.0.0', '26.1.0'];
const unknown = ['20.9.0', '20.20.2', '22.11.9', '23.0.0'];

describe('reusePort', () => {
  it.each(known)('is known to Node.js %s', (version) => {
    expect(reusePortOption(true, version)).toBe(true);
  });

  it.each(unknown)('is refused on Node.js %s, which would ignore it (rule 16)', (version) => {
    expect(() => reusePortOption(true, version)).toThrow('ERR_UNSUPPORTED');
    expect(reusePortOption(false, version)).toBe(false);
    expect(reusePortOption(undefined, version)).toBe(false);
  });

  it('lets two servers have a port where Node.js knows it, and is refused elsewhere', async () => {
    if (/^(?:20|21|22\.(?:\d|10|11)|23\.0)\./u.test(process.versions.node)) {
      const server = bind('127.0.0.1:0', { reusePort: true });
      await expect(lastValueFrom(server)).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED', phase: 'bind' });
      return;
    }
    const { server } = await startServer({ reusePort: true });
    const second = await startServer({ reusePort: true }, server.endpoint);
    expect(second.server.endpoint).toBe(server.endpoint);
  });

  it.each([
    ['127.0.0.1:0', 3, 'fd 3 is bound already'],
    ['unix:/nowhere', undefined, 'a Unix socket has no port'],
  ])('is refused for %s with the descriptor %s', async (endpoint, fd, why) => {
    const settings = { ...readBindOptions({ fd }), reusePort: true };
    const bound = bindAddress(createServer(), parseEndpoint(endpoint), settings);
    await expect(lastValueFrom(bound)).rejects.toThrow(`reusePort is true, and ${why}`);
  });
});
