import { apart } from '../process/cores.ts';
import { rateAs } from './figures.ts';
import { openExchange } from './exchange.ts';
import { entrantsOf, type Pace, type Workload } from './workload.ts';

export const PARALLEL = 8;

/** How many short lives a second. */
export const churn: Workload = {
  name: 'churn',
  measures: [
    {
      name: 'churn',
      title: `connect, one 64-byte message and its echo, close gracefully; ${PARALLEL} at a time`,
      unit: 'connections/s',
      better: 'more',
    },
  ],
  placement: apart.description,
  entrants: entrantsOf('rxjs-net', 'net', 'rsocket-js', 'nest', 'libp2p', 'rxjs-stream'),
  baseline: 'net',
  open: (contender, pace) => {
    const ends = { server: 'echo-server', client: 'churner' };
    const messages = { size: 64, outstanding: 1 };
    return openExchange(
      { contender, messages, connections: PARALLEL, ends, toSample: rateAs('churn') },
      patient(pace),
    );
  },
};

/** A connection runs much code, and ten thousand of them have to before the compiler is done with it. */
export function patient(pace: Pace): Pace {
  return { ...pace, warmUp: pace.warmUp * 5, rewarm: pace.rewarm * 2 };
}
