import { loadContender } from '../contenders/registry.ts';
import { messagesOf } from '../messages/message.ts';
import { Tally } from '../messages/tally.ts';
import { now, usageFromNow } from '../process/usage.ts';
import type { Exchange, Exchanged } from './echo-client.ts';

/** The dialling side of connections that live for one message. */
export type Churner = {
  dial(target: { port: number; connections: number }): Promise<void>;
  /** Connects, sends a message, waits for its echo, closes, and again; on so many connections at a time. */
  exchange(exchange: Exchange): Promise<Exchanged>;
};

export async function play(name: string): Promise<Churner> {
  const contender = await loadContender(name);
  let port: number;
  let parallel: number;

  const live = async (message: Uint8Array, sent: Tally, received: Tally): Promise<void> => {
    let onEcho: () => void;
    const echoed = new Promise<void>((resolve) => {
      onEcho = resolve;
    });
    const connection = await contender.dial(port, 'echo', (echo) => {
      received.take(echo);
      onEcho();
    });
    sent.take(message);
    connection.send(message);
    connection.endTurn();
    await echoed;
    await connection.close();
  };

  return {
    async dial(target) {
      port = target.port;
      parallel = target.connections;
    },
    async exchange({ size, milliseconds }) {
      const sent = new Tally();
      const received = new Tally();
      const usage = usageFromNow();
      const start = now();
      const { messages } = messagesOf(size);
      const liveOn = async (): Promise<void> => {
        for (let next = 0; now() - start < milliseconds; next += 1) {
          const message = messages[next % messages.length];
          if (message !== undefined) await live(message, sent, received);
        }
      };
      await Promise.all(Array.from({ length: parallel }, liveOn));
      return { sent: sent.total, received: received.total, elapsed: now() - start, usage: usage() };
    },
  };
}
