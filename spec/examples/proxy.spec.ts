import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterThisSpec } from '../cleanup.ts';
import { dial, listenTo, type Peer } from './peer.ts';
import { run, within, type Program } from './program.ts';

interface Upstream {
  readonly port: number;
  /** The next connection that the proxy makes. */
  accept(): Promise<Peer>;
  close(): void;
}

async function upstream(port = 0): Promise<Upstream> {
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: false });
  const accepted: Peer[] = [];
  afterThisSpec(() => server.close());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accept: async () => {
      const [socket] = await within(once(server, 'connection'), () => 'the proxy does not dial');
      return listenTo(socket);
    },
    close: () => { server.close(); },
  };
}
