import type { Dialled } from '../contenders/contender.ts';
import { loadContender } from '../contenders/registry.ts';
import { messagesOf } from '../messages/message.ts';
import { Tally, type Total } from '../messages/tally.ts';
import { now, usageFromNow, type Usage } from '../process/usage.ts';
import { Latencies, type LatencySummary } from './latencies.ts';

export interface Exchange {
  /** Bytes of a message. */
  readonly size: number;
  /** Messages that are under way at any time, on each connection. */
  readonly outstanding: number;
  readonly milliseconds: number;
  /** Whether every message is timed; only with one outstanding on one connection. */
  readonly timed?: boolean;
}

export interface Exchanged {
  readonly sent: Total;
  readonly received: Total;
  readonly elapsed: number;
  readonly usage: Usage;
  readonly latency?: LatencySummary;
}

/** The dialling side of everything that is answered. */
export type EchoClient = {
  /** Opens more connections, a batch at a time. */
  dial(target: { port: number; connections: number }): Promise<void>;
  /** Keeps so many messages under way until the time is over, and waits for the last answers. */
  exchange(exchange: Exchange): Promise<Exchanged>;
  /** One message on each connection, and its answer. */
  greet(size: number): Promise<void>;
};

// As many as a listener's backlog has room for, whoever listens.
const BATCH = 100;

interface Link {
  connection: Dialled;
  onMessage: (message: Uint8Array | string) => void;
}

export async function play(name: string): Promise<EchoClient> {
  const contender = await loadContender(name);
  const links: Link[] = [];
  const open = async (port: number): Promise<void> => {
    const link: Omit<Link, 'connection'> = { onMessage: () => undefined };
    const connection = await contender.dial(port, 'echo', (message) => {
      link.onMessage(message);
    });
    links.push(Object.assign(link, { connection }));
  };
  return {
    async dial({ port, connections }) {
      for (let left = connections; left > 0; left -= BATCH)
        await Promise.all(Array.from({ length: Math.min(BATCH, left) }, () => open(port)));
    },
    exchange: (exchange) => run(links, exchange),
    async greet(size) {
      const { messages } = messagesOf(size);
      await Promise.all(links.map((link, index) => greet(link, messages[index % messages.length])));
    },
  };
}

function greet(link: Link, message: Uint8Array | undefined): Promise<void> {
  return new Promise((resolve) => {
    link.onMessage = () => {
      resolve();
    };
    if (message !== undefined) link.connection.send(message);
    link.connection.endTurn();
  });
}

function run(
  links: readonly Link[],
  { size, outstanding, milliseconds, timed }: Exchange,
): Promise<Exchanged> {
  const { messages } = messagesOf(size);
  const sent = new Tally();
  const received = new Tally();
  const latencies = timed === true ? new Latencies() : undefined;
  const usage = usageFromNow();
  let next = 0;
  const send = (connection: Dialled): void => {
    const message = messages[next];
    next = next + 1 === messages.length ? 0 : next + 1;
    if (message === undefined) return;
    sent.take(message);
    latencies?.begin();
    connection.send(message);
  };
  let over = false;
  setTimeout(() => {
    over = true;
  }, milliseconds);
  return new Promise((resolve) => {
    const start = now();
    let underWay = outstanding * links.length;
    const finish = (): void => {
      const latency = latencies === undefined ? {} : { latency: latencies.summary() };
      resolve({
        sent: sent.total,
        received: received.total,
        elapsed: now() - start,
        usage: usage(),
        ...latency,
      });
    };
    for (const link of links) {
      const { connection } = link;
      link.onMessage = (message) => {
        latencies?.end();
        received.take(message);
        if (!over) send(connection);
        else if ((underWay -= 1) === 0) finish();
      };
      for (let count = 0; count < outstanding; count += 1) send(connection);
      connection.endTurn();
    }
  });
}
