import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defer, finalize, switchMap, type Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import type { BindOptions } from './bind-options.ts';
import { bind } from './bind.ts';
import type { ConnectOptions } from './connect-options.ts';
import { connect } from './connect.ts';
import { OwnedStreams } from './owned-streams.ts';
import type { Server } from './server.ts';
import type { Transport } from './transport.ts';

/**
 * How a {@link UnixSocketTransport} is made: where it listens, and the options of all that it makes.
 *
 * @public
 */
export interface UnixSocketTransportOptions extends BindOptions, ConnectOptions {
  /** The socket's file, with or without `unix:`. Default: a new one in a fresh directory that only the owner can enter. */
  readonly path?: string | undefined;
}

/**
 * The sibling of {@link TcpSocketTransport} for processes on the same machine.
 *
 * The parent directory is made, a stale socket file is replaced, and the file goes when the listener does.
 *
 * @example
 * ```ts
 * import { serve, UnixSocketTransport } from 'rxjs-net';
 * import { ignoreElements, merge, mergeMap, take } from 'rxjs';
 *
 * const transport = new UnixSocketTransport({ mode: 0o600 }); // in a fresh directory; or { path: '/run/app/rpc.sock' }
 * transport
 *   .bind()
 *   .pipe(
 *     mergeMap(({ connections, endpoint }) =>
 *       merge(
 *         connections.pipe(
 *           serve((connection) => connection.received),
 *           ignoreElements(),
 *         ),
 *         transport.connect(endpoint).pipe(mergeMap((client) => merge(client.send(['hello\n']), client.received))),
 *       ),
 *     ),
 *     take(1),
 *   )
 *   .subscribe((chunk) => {
 *     console.log(chunk.toString().trim()); // hello
 *   });
 * ```
 * @public
 */
export class UnixSocketTransport implements Transport {
  /** The socket's file; undefined for a new one each time. */
  readonly path: string | undefined;
  readonly #options: BindOptions & ConnectOptions;
  readonly #owned = new OwnedStreams();

  /** Opens nothing yet. */
  constructor({ path, ...options }: UnixSocketTransportOptions = {}) {
    this.path = path;
    this.#options = options;
  }

  get endpoint(): Endpoint | undefined {
    return this.#owned.endpoint;
  }

  bind(options: BindOptions = {}): Observable<Server> {
    const settings = { ...this.#options, ...options };
    const { path } = this;
    const server = path === undefined ? bindInFreshDirectory(settings) : bind(withScheme(path), settings);
    return this.#owned.ownServers(server);
  }

  listen(options: BindOptions = {}): Observable<Connection> {
    return this.bind(options).pipe(switchMap(({ connections }) => connections));
  }

  /** Dials `unix:/path`, or a plain path. */
  connect(endpoint: string, options: ConnectOptions = {}): Observable<Connection> {
    const connection = connect(withScheme(endpoint), { ...this.#options, ...options });
    return this.#owned.ownConnections(connection);
  }

  close(): Promise<void> {
    return this.#owned.close();
  }
}

function withScheme(path: string): string {
  return path.startsWith('unix:') ? path : `unix:${path}`;
}

/** mkdtemp(3) makes a directory with mode 0700, so nobody else can put a file of that name there first. */
function bindInFreshDirectory(options: BindOptions): Observable<Server> {
  return defer(() => {
    const directory = freshDirectory();
    return bind(`unix:${join(directory, 'socket')}`, options).pipe(
      finalize(() => {
        removeDirectory(directory);
      }),
    );
  });
}

function freshDirectory(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'rxjs-net-'));
  } catch (error) {
    throw toTransportError(error, 'bind');
  }
}

function removeDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // Who drops its rights after binding leaves an empty directory behind; that is no reason to fail a shutdown.
  }
}
