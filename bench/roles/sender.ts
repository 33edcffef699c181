import { loadContender } from '../contenders/registry.ts';
import type { Dialled } from '../contenders/contender.ts';
import { messagesOf } from '../messages/message.ts';
import { Tally, type Total } from '../messages/tally.ts';
import { now, usageFromNow, type Usage } from '../process/usage.ts';

export interface Burst {
  /** Bytes of a message. */
  readonly size: number;
  /** Messages that are written in one turn of the event loop. */
  readonly perTurn: number;
  readonly milliseconds: number;
}

export interface Sent {
  readonly sent: Total;
  /** When the first message was written. */
  readonly start: number;
}

/** The dialling side of one-way messages: it writes as many in each turn, as long as the peer keeps up. */
export type Sender = {
  dial(port: number): Promise<void>;
  send(burst: Burst): Promise<Sent>;
  /** What was used since the last `send` began. */
  usage(): Promise<Usage>;
};

export async function play(name: string): Promise<Sender> {
  const contender = await loadContender(name);
  let connection: Dialled;
  let usage = usageFromNow();

  return {
    async dial(port) {
      connection = await contender.dial(port, 'sink', () => undefined);
    },
    send(burst) {
      usage = usageFromNow();
      return send(connection, burst);
    },
    usage: async () => usage(),
  };
}

function send(connection: Dialled, { size, perTurn, milliseconds }: Burst): Promise<Sent> {
  const { messages, last } = messagesOf(size);
  const tally = new Tally();
  const put = (message: Uint8Array): void => {
    tally.take(message);
    connection.send(message);
  };
  return new Promise((resolve) => {
    const start = now();
    // Set by a timer: to look at a clock in each turn would cost as much as a message.
    let over = false;
    setTimeout(() => {
      over = true;
    }, milliseconds);
    let next = 0;
    const turn = (): void => {
      if (over) put(last);
      else
        for (let count = 0; count < perTurn; count += 1) {
          const message = messages[next];
          next = next + 1 === messages.length ? 0 : next + 1;
          if (message !== undefined) put(message);
        }
      const room = connection.endTurn();
      if (over) resolve({ sent: tally.total, start });
      else if (room) setImmediate(turn);
      // Not within 'drain', which Node emits in the same tick when the kernel has taken all: nothing else would ever run.
      else connection.whenWritable(() => setImmediate(turn));
    };
    turn();
  });
}
