// A test as people write it: plain jest, CommonJS, nothing transformed.
const { backoff, serve } = require('rxjs-net');
const { connectionDouble, SimulatedNetwork, SimulationScheduler } = require('rxjs-net/testing');
const { mergeMap, retry } = require('rxjs');

test('a client redials through a partition of an hour, in no time', () => {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, seed: 7, latency: 20 });
  const server = network.host('server');
  const client = network.host('client');
  server.run(() =>
    server
      .transport({ port: 7000 })
      .listen()
      .pipe(serve(({ received }) => received)),
  );
  const heard = [];
  client.run(() =>
    client
      .transport()
      .connect('server:7000')
      .pipe(
        mergeMap((connection) => {
          connection.write('hello');
          return connection.received;
        }),
        retry({ delay: backoff({ scheduler }) }),
      )
      .pipe(mergeMap((chunk) => [heard.push(chunk.toString())])),
  );
  network.partition(client, server);
  scheduler.advance(3_600_000);
  expect(heard).toEqual([]);
  network.heal();
  scheduler.advance(120_000);
  expect(heard).toEqual(['hello']);
});

test('a connection double is there as well', () => {
  expect(connectionDouble().received).toBeDefined();
});
