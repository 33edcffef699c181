import type { EventEmitter } from 'node:events';

/**
 * For a socket that is no connection yet, or will be none: how its peer takes that is of no interest, but an error with no listener
 * is an uncaught exception. Never removed.
 */
export function ignoreErrors(socket: EventEmitter): void {
  socket.on('error', ignore);
}

function ignore(): void {
  // See above.
}
