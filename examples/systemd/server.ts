/**
 * An echo server whose socket belongs to systemd: it can be restarted while nobody is refused.
 *
 *   npx tsx examples/systemd/server.ts                          by hand: binds 127.0.0.1:7000 itself
 *   systemd-socket-activate -l 7000 node --import tsx examples/systemd/server.ts
 *                                                               with a socket that was passed on, without installing anything
 *
 * Installed: the unit files go to /etc/systemd/system, the compiled server.js to /opt/echo.
 *
 *   systemctl daemon-reload && systemctl enable --now echo.socket
 *   nc 127.0.0.1 7000                                           the first connection starts the service
 *   systemctl restart echo.service                              drains; whoever comes meanwhile waits, and is served by the next
 *   systemctl stop echo.socket echo.service                     only now is a connection refused
 */
import { concat, ignoreElements, switchMap } from 'rxjs';
import { activatedSockets, bind, serve } from 'rxjs-net';
import { fail } from '../fail.ts';
import { stopSignal } from '../stop-signal.ts';

// FileDescriptorName= of echo.socket. A service with several sockets tells them apart by it.
const NAME = 'echo';
const socket = activatedSockets().find(({ name }) => name === NAME || name === 'unknown');

bind('127.0.0.1:7000', { fd: socket?.fd, until: stopSignal, gracePeriod: 10_000, closeTimeout: 5_000 })
  .pipe(
    switchMap((server) => {
      console.log(`listening on ${server.endpoint}`);
      const served = server.connections.pipe(
        serve(({ received }) => received),
        ignoreElements(),
      );
      return concat(served, server.closed);
    }),
  )
  .subscribe({
    next: ({ drained, forced, lost }) => {
      console.log(`stopped: ${drained} drained, ${forced} forced, ${lost} lost`);
    },
    error: fail,
  });
