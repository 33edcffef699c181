import {
  connect,
  createServer,
  type NetConnectOpts,
  type Server,
  type ServerOpts,
  type Socket,
} from 'node:net';
import type { StreamTraits } from '../connection/stream-traits.ts';
import { tcpTraits } from './tcp-traits.ts';

/** What the platform does for a transport: sockets, and what one of TCP can do. A simulated network is another one. */
export interface Network {
  readonly tcp: StreamTraits;
  createServer(options: ServerOpts): Server;
  connect(options: NetConnectOpts): Socket;
}

/** The network that this machine is in. */
export const nodeNetwork: Network = { tcp: tcpTraits, createServer, connect };
