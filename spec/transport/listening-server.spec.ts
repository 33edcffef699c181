import { once } from 'node:events';
import { createServer } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { readBindOptions } from '../../src/transport/bind-options.ts';
import { ListeningServer } from '../../src/transport/listening-server.ts';
import { tcpTraits } from '../../src/transport/tcp-traits.ts';

describe('ListeningServer', () => {
  it('reports a failure to accept and goes on (rules 14 and 15)', async () => {
    const netServer = createServer();
    const server = new ListeningServer(
      netServer,
      { endpoint: 'h:1', release: () => undefined },
      readBindOptions({}),
      tcpTraits,
    );
    const refusal = firstValueFrom(server.refused);
    // What Node emits when accept(2) fails.
    netServer.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }));
    expect(await refusal).toMatchObject({
      remote: undefined,
      error: { code: 'ERR_TOO_MANY_FILES', phase: 'accept', endpoint: 'h:1' },
    });
  });

  it('closes although what it had made could not be removed, and says so (rule 5)', async () => {
    const netServer = createServer().listen(0, '127.0.0.1');
    await once(netServer, 'listening');
    const release = (): never => {
      throw Object.assign(new Error('not yours any more'), { code: 'EACCES' });
    };
    const server = new ListeningServer(
      netServer,
      { endpoint: 'unix:/x', release },
      readBindOptions({}),
      tcpTraits,
    );
    server.shutdown();
    expect(await firstValueFrom(server.closed)).toMatchObject({ error: { code: 'ERR_PERMISSION_DENIED' } });
    expect(netServer.listening).toBe(false);
  });

  it('reports a refusal of which Node does not know the address', async () => {
    const netServer = createServer();
    const server = new ListeningServer(
      netServer,
      { endpoint: 'h:1', release: () => undefined },
      readBindOptions({}),
      tcpTraits,
    );
    const refusal = firstValueFrom(server.refused);
    netServer.emit('drop', undefined);
    expect(await refusal).toMatchObject({ remote: undefined, error: { code: 'ERR_TOO_MANY_CONNECTIONS' } });
  });
});
