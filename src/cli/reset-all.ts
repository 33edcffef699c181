import { take } from 'rxjs';
import type { Server } from '../transport/server.ts';

/** Resets who is there, so that nobody takes what he has got for whole. Returns how many that are. */
export function resetAll({ open }: Server, reason: unknown): number {
  let count = 0;
  open.pipe(take(1)).subscribe((connections) => {
    count = connections.size;
    for (const connection of connections) connection.abort(reason);
  });
  return count;
}
