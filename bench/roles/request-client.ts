import { messagesOf } from '../messages/message.ts';
import { Tally } from '../messages/tally.ts';
import { now, usageFromNow } from '../process/usage.ts';
import { loadRequestContender } from '../requests/registry.ts';
import type { Requester } from '../requests/requester.ts';
import type { Exchange, Exchanged } from './echo-client.ts';

/** The asking side of requests. */
export type RequestClient = {
  dial(target: { port: number; connections: number }): Promise<void>;
  /** Keeps so many requests unanswered until the time is over, and waits for the last answers. */
  exchange(exchange: Exchange): Promise<Exchanged>;
};

export async function play(name: string): Promise<RequestClient> {
  const contender = await loadRequestContender(name);
  let requesters: Requester[] = [];
  return {
    async dial({ port, connections }) {
      requesters = await Promise.all(Array.from({ length: connections }, () => contender.dial(port)));
    },
    exchange: (exchange) => run(requesters, exchange),
  };
}

function run(
  requesters: readonly Requester[],
  { size, outstanding, milliseconds }: Exchange,
): Promise<Exchanged> {
  const data = messagesOf(size).messages.map((message) => Buffer.from(message).toString('latin1'));
  const sent = new Tally();
  const received = new Tally();
  const usage = usageFromNow();
  let over = false;
  setTimeout(() => {
    over = true;
  }, milliseconds);
  return new Promise((resolve) => {
    const start = now();
    let underWay = outstanding * requesters.length;
    let next = 0;
    const ask = (requester: Requester): void => {
      const text = data[next] ?? '';
      next = next + 1 === data.length ? 0 : next + 1;
      sent.take(text);
      requester.request(text, (answer) => {
        received.take(answer);
        if (!over) ask(requester);
        else if ((underWay -= 1) === 0)
          resolve({ sent: sent.total, received: received.total, elapsed: now() - start, usage: usage() });
      });
    };
    for (const requester of requesters) for (let count = 0; count < outstanding; count += 1) ask(requester);
  });
}
