import { invalidOption } from '../../errors/invalid-option.ts';
import type { SimulatedHost } from '../simulation/simulated-host.ts';
import type { SimulatedNetwork } from '../simulation/simulated-network.ts';
import type { Fault } from './fault.ts';

/** A fault begins, or is healed. */
export interface FaultEdge {
  readonly at: number;
  readonly inject: () => void;
}

/**
 * The beginnings and the ends of faults in a network, by their time.
 *
 * Where two of a kind overlap at one place, the later end heals.
 */
export function faultEdges(network: SimulatedNetwork, faults: readonly Fault[]): readonly FaultEdge[] {
  const present = new Map<string, number>();
  const count = (fault: Fault, change: number): number => {
    const place = placeOf(fault);
    const sum = (present.get(place) ?? 0) + change;
    present.set(place, sum);
    return sum;
  };
  const begin = (fault: Fault): FaultEdge => ({
    at: fault.at,
    inject: () => {
      count(fault, 1);
      inject(network, fault);
    },
  });
  const end = (fault: Fault): FaultEdge => ({
    at: fault.at + fault.lasts,
    inject: () => {
      if (count(fault, -1) === 0) heal(network, fault);
    },
  });
  return faults.flatMap((fault) => [begin(fault), end(fault)]).sort((one, other) => one.at - other.at);
}

function placeOf(fault: Fault): string {
  switch (fault.kind) {
    case 'partition':
      return `partition ${[...fault.between].sort().join(' ')}`;
    case 'resolution':
      return `resolution ${fault.name}`;
    default:
      return `${fault.kind} ${fault.host}`;
  }
}

function inject(network: SimulatedNetwork, fault: Fault): void {
  switch (fault.kind) {
    case 'partition':
      network.partition(...bothOf(network, fault));
      return;
    case 'crash':
      network.crash(hostOf(network, fault.host), fault.how);
      return;
    case 'slowReader':
      network.slowReader(hostOf(network, fault.host), fault.bytesPerSecond);
      return;
    case 'dropSyn':
      network.dropSyn(hostOf(network, fault.host), fault.count);
      return;
    case 'backlogFull':
      network.backlogFull(hostOf(network, fault.host));
      return;
    case 'resolution':
      network.resolution(fault.name, fault.failure);
      return;
    default:
      fault satisfies never;
  }
}

function heal(network: SimulatedNetwork, fault: Fault): void {
  switch (fault.kind) {
    case 'partition':
      network.heal(...bothOf(network, fault));
      return;
    case 'crash':
      network.restart(hostOf(network, fault.host));
      return;
    case 'slowReader':
      network.slowReader(hostOf(network, fault.host), Infinity);
      return;
    case 'dropSyn':
      network.dropSyn(hostOf(network, fault.host), 0);
      return;
    case 'backlogFull':
      network.backlogFull(hostOf(network, fault.host), false);
      return;
    case 'resolution':
      network.resolution(fault.name, 'normal');
      return;
    default:
      fault satisfies never;
  }
}

function bothOf(
  network: SimulatedNetwork,
  { between: [one, other] }: Fault & { readonly kind: 'partition' },
): [SimulatedHost, SimulatedHost] {
  return [hostOf(network, one), hostOf(network, other)];
}

/** `network.host` would make one that is not there, and nobody would notice. */
function hostOf(network: SimulatedNetwork, name: string): SimulatedHost {
  const host = network.hosts.find((one) => one.name === name);
  if (host === undefined) throw invalidOption(`a fault names ${name}, which the scenario has not made`);
  return host;
}
