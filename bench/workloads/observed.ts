import { apart } from '../process/cores.ts';
import { PARALLEL, patient } from './churn.ts';
import { openExchange } from './exchange.ts';
import { rateAs } from './figures.ts';
import { entrantsOf, type Workload } from './workload.ts';

const shared = {
  group: 'observed',
  placement: apart.description,
  entrants: entrantsOf('rxjs-net', 'rxjs-net watched', 'rxjs-net instrumented'),
  // Nobody listens: what it costs to be looked at.
  baseline: 'rxjs-net',
};

/** Connections are what the channels tell of. */
const observedChurn: Workload = {
  ...shared,
  name: 'observed-churn',
  measures: [
    {
      name: 'observed-churn',
      title: `churn while somebody listens to the channels; ${PARALLEL} at a time`,
      unit: 'connections/s',
      better: 'more',
    },
  ],
  open: (contender, pace) => {
    const ends = { server: 'echo-server', client: 'churner' };
    const messages = { size: 64, outstanding: 1 };
    const toSample = rateAs('observed-churn');
    return openExchange({ contender, messages, connections: PARALLEL, ends, toSample }, patient(pace));
  },
};

/** Messages are not: this must not show. */
const observedEcho: Workload = {
  ...shared,
  name: 'observed-echo',
  measures: [
    {
      name: 'observed-echo',
      title: '64-byte messages and their echoes, 128 outstanding, while somebody listens to the channels',
      unit: 'echoes/s',
      better: 'more',
    },
  ],
  open: (contender, pace) => {
    const messages = { size: 64, outstanding: 128 };
    return openExchange({ contender, messages, connections: 1, toSample: rateAs('observed-echo') }, pace);
  },
};

export const observed: readonly Workload[] = [observedChurn, observedEcho];
