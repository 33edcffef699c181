import { mergeMap, Subject, timer } from 'rxjs';
import { SimulatedNetwork, SimulationScheduler, type SimulatedHost } from '../src/testing/index.ts';
import { balancer, BALANCER_PORT } from './balancer.ts';
import { client } from './client.ts';
import { server } from './server.ts';
import type { FleetSettings } from './settings.ts';
import { Tally, type Totals } from './tally.ts';

/** What became of a fleet. */
export interface FleetResult {
  readonly settings: FleetSettings;
  readonly totals: Totals;
  /** When a client dialled, each time. */
  readonly dials: readonly number[];
  /** Actions of the scheduler. */
  readonly events: number;
}

/** How far a simulation is. */
export interface Progress {
  readonly now: number;
  readonly events: number;
}

// The ways have 1 to 2 ms.
const links = { latency: 1, jitter: 1 } as const;

/** Runs a fleet from the first dial to the end; the same settings give the same result. */
export function simulate(
  settings: FleetSettings,
  step: number,
  onProgress: (progress: Progress) => void,
): FleetResult {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, seed: settings.seed, ...links, traceLimit: 0 });
  const tally = new Tally();
  const hosts = (name: string, count: number): SimulatedHost[] =>
    Array.from({ length: count }, (_, index) => network.host(`${name}-${index + 1}`));
  const servers = hosts('server', settings.servers);
  const front = network.host('balancer');

  servers.forEach((host, index) => {
    const restart = new Subject<void>();
    timer(settings.restartAt + index * settings.restartEvery, scheduler).subscribe(() => {
      tally.draining(host.name);
      restart.next();
    });
    host.run(() => server(host, network, tally, restart));
  });
  front.run(() => balancer(front, servers, network, tally, settings));
  for (const host of hosts('client', settings.clients)) {
    const asking = client(host, `balancer:${BALANCER_PORT}`, network, tally, settings);
    const comesAt = Math.floor(settings.arrival * network.random());
    host.run(() => timer(comesAt, scheduler).pipe(mergeMap(() => asking)));
  }
  const cutOff = servers.slice(0, Math.round(settings.servers / 3));
  timer(settings.partitionAt, scheduler).subscribe(() => {
    for (const host of cutOff) network.partition(front, host);
  });
  timer(settings.partitionAt + settings.partitionFor, scheduler).subscribe(() => {
    network.heal();
  });

  let events = 0;
  for (let now = 0; now < settings.duration;) {
    now = Math.min(now + step, settings.duration);
    for (let next = scheduler.next; next !== undefined && next <= now; next = scheduler.next) {
      scheduler.step();
      events += 1;
    }
    onProgress({ now, events });
  }
  return { settings, totals: tally.totals, dials: tally.dials, events };
}
