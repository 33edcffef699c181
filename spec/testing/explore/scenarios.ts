import { interval, map, merge, mergeMap, retry, tap } from 'rxjs';
import { backoff, serve } from '../../../src/index.ts';
import type { Scenario, SimulatedNetwork } from '../../../src/testing/index.ts';

/** A server that echoes, and a client that says a word each second, and redials if it is told to. */
function echoing(
  network: SimulatedNetwork,
  redials: boolean,
  heard: (word: string) => void = () => undefined,
): void {
  const { scheduler, random } = network;
  const server = network.host('server');
  const client = network.host('client');
  server.run(() =>
    server
      .transport({ port: 7000 })
      .listen()
      .pipe(serve(({ received }) => received)),
  );
  client.run(() => {
    const words = interval(1000, scheduler).pipe(map((n) => `word ${n}\n`));
    const echoes = client
      .transport()
      .connect('server:7000')
      .pipe(
        mergeMap((connection) => merge(connection.send(words), connection.received)),
        tap((word) => {
          heard(word.toString());
        }),
      );
    return redials ? echoes.pipe(retry({ delay: backoff({ scheduler, random, max: 1000 }) })) : echoes;
  });
}

/** Its client errs with whatever ends its connection. */
export const fragile: Scenario = (network) => {
  echoing(network, false);
  return {};
};

/** Its client comes back. */
export const sturdy: Scenario = (network) => {
  let last = 0;
  echoing(network, true, () => {
    last = network.scheduler.now();
  });
  return { eventually: { 'the client hears something': () => network.scheduler.now() - last < 2000 } };
};
