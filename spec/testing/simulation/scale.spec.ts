import { createHash } from 'node:crypto';
import { ignoreElements, interval, map, merge, mergeMap, tap, timer, type Observable } from 'rxjs';
import type { Connection } from '../../../src/connection/connection.ts';
import { serve } from '../../../src/index.ts';
import { SimulatedNetwork, SimulationScheduler } from '../../../src/testing/index.ts';

const CONNECTIONS = 1000;
const HOUR = 3_600_000;

interface Crowd {
  readonly network: SimulatedNetwork;
  readonly scheduler: SimulationScheduler;
  readonly count: { echoes: number };
}

/** So many connections to one server, each of which says something once in a period and hears it again. */
function crowd(seed: number, period: number, traceLimit: number): Crowd {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, seed, latency: 5, jitter: 5, traceLimit });
  const count = { echoes: 0 };
  const server = network.host('server');
  server.run(() =>
    server
      .transport({ port: 7000 })
      .listen()
      .pipe(serve(({ received }) => received)),
  );
  const talk = (connection: Connection): Observable<never> =>
    merge(
      connection.send(interval(period, scheduler).pipe(map(String))),
      connection.received.pipe(tap(() => (count.echoes += 1))),
    ).pipe(ignoreElements());
  for (let index = 0; index < CONNECTIONS; index += 1) {
    const client = network.host(`client-${index}`);
    client.run(() =>
      timer(network.random() * period, scheduler).pipe(
        mergeMap(() => client.transport().connect('server:7000')),
        mergeMap(talk),
      ),
    );
  }
  return { network, scheduler, count };
}

function hashOfTrace(seed: number): string {
  const { network, scheduler, count } = crowd(seed, 1000, 100_000);
  scheduler.advance(4000);
  // In the first period they come; in the two that are whole then, each is heard.
  expect(count.echoes).toBeGreaterThanOrEqual(2 * CONNECTIONS);
  expect(network.trace.events.length).toBeGreaterThan(4 * count.echoes);
  return createHash('sha256').update(network.trace.toString()).digest('hex');
}

describe('A simulated network with 1,000 connections', () => {
  it('is the same to the byte for the same seed, while each of them talks every second', () => {
    const [first, again, other] = [hashOfTrace(1), hashOfTrace(1), hashOfTrace(2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  }, 60_000);

  it('goes through an hour in which each of them talks every minute', () => {
    const { scheduler, count } = crowd(1, 60_000, 0);
    scheduler.advance(HOUR);
    expect(scheduler.now()).toBe(HOUR);
    // 60 minutes: they come in the first, and the echo of the last may still be under way.
    expect(count.echoes).toBeGreaterThanOrEqual(58 * CONNECTIONS);
    expect(count.echoes).toBeLessThanOrEqual(59 * CONNECTIONS);
  }, 60_000);
});
