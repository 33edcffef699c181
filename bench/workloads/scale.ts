import { apart } from '../process/cores.ts';
import { openExchange } from './exchange.ts';
import { costAs } from './figures.ts';
import { connectionsWith } from './idle.ts';
import { openOneWay } from './one-way.ts';
import { entrantsOf, type Pace, type Workload } from './workload.ts';

/** The groups, and so the beginnings of the names of their workloads: the charts look for them. */
export const SCALE_SIZE = 'scale-size';
export const SCALE_CONNECTIONS = 'scale-connections';

const SIZES = [16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];
const CONNECTIONS = [1, 10, 100, 1000, 10_000];
const MOST_PER_TURN = 128;
const BYTES_PER_TURN = 64 * 1024;
const entrants = entrantsOf('rxjs-net', 'net', 'net corked');
const CURVE = { mostRounds: 3, entrants, baseline: 'net' };

/** Half the time of the other workloads: there are many points, and a curve shows by itself which of them is off. */
const shorter = ({ warmUp, measured, ...pace }: Pace): Pace => ({
  ...pace,
  warmUp: warmUp / 2,
  measured: measured / 2,
});

function withSize(size: number): Workload {
  const name = `${SCALE_SIZE}/${size}`;
  const perTurn = Math.max(1, Math.min(MOST_PER_TURN, Math.floor(BYTES_PER_TURN / size)));
  const title = `${size}-byte messages one way, ${perTurn} written per turn`;
  return {
    ...CURVE,
    name,
    group: SCALE_SIZE,
    measures: [{ name, title, unit: 'µs/message', better: 'less' }],
    placement: apart.description,
    open: (contender, pace) =>
      openOneWay({ contender, size, perTurn, toSample: costAs(name) }, shorter(pace)),
  };
}

function withConnections(wanted: number): Workload {
  const name = `${SCALE_CONNECTIONS}/${wanted}`;
  const connections = connectionsWith(wanted);
  // The same number of messages under way on all of them together, but one on each at least.
  const outstanding = Math.max(1, Math.floor(MOST_PER_TURN / connections));
  const title = `64-byte messages and their echoes, connections: ${connections}, outstanding on each: ${outstanding}`;
  return {
    ...CURVE,
    name,
    group: SCALE_CONNECTIONS,
    measures: [{ name, title, unit: 'µs/echo', better: 'less' }],
    placement: apart.description,
    open: (contender, pace) => {
      const open = pace.smoke ? Math.min(connections, SMOKE_CONNECTIONS) : connections;
      const messages = { size: 64, outstanding };
      return openExchange({ contender, messages, connections: open, toSample: costAs(name) }, shorter(pace));
    },
  };
}

const SMOKE_CONNECTIONS = 200;

export const scaling: readonly Workload[] = [
  ...SIZES.map(withSize).map(endsInSmoke),
  ...CONNECTIONS.map(withConnections).map(endsInSmoke),
];

/** The ends of a curve stand for all of it when nothing is measured. */
function endsInSmoke(point: Workload, index: number, { length }: readonly Workload[]): Workload {
  return { ...point, notInSmoke: index > 0 && index < length - 1 };
}
