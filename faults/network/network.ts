import { atExit } from './at-exit.ts';
import { command } from './command.ts';
import { makeNamespace, type Namespace } from './namespace.ts';
import { startRelay, type Relay, type RelayOptions } from './relay.ts';

const PORT = 7000;
// Of the block for benchmarks of networks, which nobody routes (RFC 2544, RFC 5735).
const CLIENT = '198.18.0.1';
const SERVER = '198.18.0.2';

/** Two machines with a line between them. */
export interface Network {
  readonly client: Namespace;
  readonly server: Namespace;
  /** The name of the interface, the same in both. */
  readonly device: string;
  readonly endpoint: string;
  readonly port: number;
  /** What delays and reorders the packets; absent where the line is a plain veth. */
  readonly relay: Relay | undefined;
  remove(): void;
}

/** Two namespaces, joined by a veth pair, or by a relay with a TUN interface in each. */
export async function makeNetwork(relayOptions?: RelayOptions): Promise<Network> {
  const client = makeNamespace('client');
  const server = makeNamespace('server');
  const relay = relayOptions === undefined ? undefined : await startRelay(client, server, relayOptions);
  const device = relay?.device ?? joinByVeth(client, server);
  address(client, device, CLIENT, SERVER);
  address(server, device, SERVER, CLIENT);
  return {
    client,
    server,
    device,
    port: PORT,
    endpoint: `${SERVER}:${PORT}`,
    relay,
    remove: atExit(() => {
      relay?.stop();
      client.remove();
      server.remove();
    }),
  };
}

function joinByVeth(client: Namespace, server: Namespace): string {
  const device = 'veth0';
  const ends = [
    'name',
    device,
    'netns',
    client.name,
    'type',
    'veth',
    'peer',
    'name',
    device,
    'netns',
    server.name,
  ];
  command('ip', ['link', 'add', ...ends]);
  return device;
}

function address({ name }: Namespace, device: string, own: string, peer: string): void {
  command('ip', ['-n', name, 'addr', 'add', own, 'peer', peer, 'dev', device]);
  command('ip', ['-n', name, 'link', 'set', device, 'up']);
}
