import type { TransportError } from '../errors/transport-error.ts';
import { invalidOption } from '../errors/invalid-option.ts';

/**
 * A listening socket that the service manager has opened for this process.
 *
 * @public
 */
export interface ActivatedSocket {
  /** For the option `fd` of {@link bind} and {@link listen}. */
  readonly fd: number;
  /** Its `FileDescriptorName=`, which is the name of the socket unit by default; `unknown` when nobody named it. */
  readonly name: string;
}

// SD_LISTEN_FDS_START: the first descriptor behind stdin, stdout and stderr.
const FIRST_DESCRIPTOR = 3;
const MANY = 65_536;

/**
 * The sockets that systemd has passed to this process; none when it was started in another way.
 *
 * ```text
 * LISTEN_PID=<this process> LISTEN_FDS=2 LISTEN_FDNAMES=rpc:admin   →   [{ fd: 3, name: 'rpc' }, { fd: 4, name: 'admin' }]
 * LISTEN_PID=<another one>                                          →   []
 * ```
 *
 * `LISTEN_PID` names the process that systemd has started: let `ExecStart=` start node, and not npm or a shell without `exec`.
 * The environment is left as it is, because children have another process id and see none of these sockets.
 *
 * @param environment - where to look. Default `process.env`
 * @throws TransportError `ERR_INVALID_OPTION` when the variables contradict each other
 * @example
 * ```ts
 * import { activatedSockets, listen, serve } from 'rxjs-net';
 *
 * const [socket] = activatedSockets();
 * listen('127.0.0.1:7000', { fd: socket?.fd }) // started by hand, it binds the endpoint itself
 *   .pipe(serve((connection) => connection.received))
 *   .subscribe();
 * ```
 * @see sd_listen_fds(3)
 * @public
 */
export function activatedSockets(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly ActivatedSocket[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count = '', LISTEN_FDNAMES: names } = environment;
  if (pid !== String(process.pid)) return [];
  const sockets = Number(count);
  if (!/^\d+$/u.test(count) || sockets > MANY) throw refused(`LISTEN_FDS is '${count}'`);
  const named = names?.split(':') ?? Array.from({ length: sockets }, () => 'unknown');
  if (named.length !== sockets) throw refused(`LISTEN_FDNAMES names ${named.length} of ${sockets} sockets`);
  return named.map((name, index) => ({ fd: FIRST_DESCRIPTOR + index, name }));
}

function refused(detail: string): TransportError {
  return invalidOption(detail);
}
