import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Observable } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { ProxyHeader } from '../proxy-protocol/proxy-header.ts';

/** An accepted socket on its way to become a connection, and what has been found out about it. */
export interface Candidate {
  readonly socket: Socket;
  /** What will be read and written: the socket, or what secures it. */
  stream: Duplex;
  /** What a proxy has told of its client. */
  proxied: ProxyHeader | undefined;
  /** The peer, as far as it is known; behind a proxy that tells it, its client. */
  remote: Endpoint;
}

/** Completes when the candidate may pass, and errs, or throws, when it may not. */
export type Check = (candidate: Candidate) => Observable<unknown>;
