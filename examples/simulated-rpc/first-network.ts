import { framed, jsonLines, serve } from 'rxjs-net';
import { SimulatedNetwork, SimulationScheduler } from 'rxjs-net/testing';
import { map, merge, mergeMap, timer } from 'rxjs';

const scheduler = new SimulationScheduler();
const network = new SimulatedNetwork({ scheduler, latency: 10 });
const server = network.host('server');
const client = network.host('client');

server.run(() =>
  server
    .transport({ port: 7000 })
    .listen()
    .pipe(
      framed(jsonLines<number>()),
      serve(({ received }) => received.pipe(map((n) => 2 * n))),
    ),
);

client.run(() =>
  client
    .transport()
    .connect('server:7000')
    .pipe(
      framed(jsonLines<number>()),
      mergeMap((connection) => merge(connection.send(timer(0, 1000, scheduler)), connection.received)),
    ),
);

scheduler.advance(1500);
network.partition(client, server);
scheduler.advance(1500);
network.heal(client, server);
scheduler.advance(500);

console.log(network.trace.diagram());
