import { lastValueFrom } from 'rxjs';
import { openConnection } from 'rxjs-net';
import { bound } from '../contenders/bound.ts';
import type { StreamContender } from './stream-contender.ts';

/** The raw connection of this library: `send` pulls the iterable. */
export const rxjsNet: StreamContender = {
  listen: (onChunk, onEnd) =>
    bound(({ connections }) => {
      connections.subscribe((connection) => {
        connection.received.subscribe({ next: onChunk, complete: onEnd });
      });
    }),
  async send(port, chunks) {
    const connection = await openConnection(`127.0.0.1:${port}`);
    await lastValueFrom(connection.send(chunks), { defaultValue: undefined });
    await connection.close();
  },
};
