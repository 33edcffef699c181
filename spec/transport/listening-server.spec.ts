import { createServer } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { readBindOptions } from '../../src/transport/bind-options.ts';
import { ListeningServer } from '../../src/transport/listening-server.ts';

describe('ListeningServer', () => {
  it('reports a failure to accept and goes on (rules 14 and 15)', async () => {
    const netServer = createServer();
    const server = new ListeningServer(
      netServer,
      { endpoint: 'h:1', release: () => undefined },
      readBindOptions({}),
    );
    const refusal = firstValueFrom(server.refused);
    // What Node emits when accept(2) fails.
    netServer.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }));
    expect(await refusal).toMatchObject({
      remote: undefined,
      error: { code: 'ERR_TOO_MANY_FILES', phase: 'accept', endpoint: 'h:1' },
    });
  });

  it('reports a refusal of which Node does not know the address', async () => {
    const netServer = createServer();
    const server = new ListeningServer(
      netServer,
      { endpoint: 'h:1', release: () => undefined },
      readBindOptions({}),
    );
    const refusal = firstValueFrom(server.refused);
    netServer.emit('drop', undefined);
    expect(await refusal).toMatchObject({ remote: undefined, error: { code: 'ERR_TOO_MANY_CONNECTIONS' } });
  });
});
