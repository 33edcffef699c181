import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framed, jsonLines, serve } from 'rxjs-net';
import { SimulatedNetwork, SimulationScheduler } from 'rxjs-net/testing';
import { tap } from 'rxjs';
import { quotes, watch, type Quote, type Watch } from './quotes.ts';

void test('goes on after a crash of the server', () => {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, latency: 10 });
  const server = network.host('server');
  const client = network.host('client');
  const prices: number[] = [];

  server.run(() =>
    server
      .transport({ port: 7000 })
      .listen()
      .pipe(
        framed(jsonLines<Watch, Quote>()),
        serve((connection) => quotes(connection, scheduler)),
      ),
  );
  client.run(() => {
    const dial = client.transport().connect('server:7000').pipe(framed(jsonLines<Quote, Watch>()));
    return watch(dial, 'ACME', { scheduler, random: network.random }).pipe(
      tap(({ price }) => prices.push(price)),
    );
  });

  scheduler.advance(2_500);
  assert.deepEqual(prices, [100, 101, 102]);

  network.crash(server);
  scheduler.advance(60_000);
  assert.equal(prices.length, 3);

  network.restart(server);
  scheduler.advance(60_000);
  assert.deepEqual(prices.slice(0, 5), [100, 101, 102, 100, 101]);
});
