import { apart } from '../process/cores.ts';
import { rateAs } from './figures.ts';
import { openExchange } from './exchange.ts';
import { entrantsOf, type Workload } from './workload.ts';

const OUTSTANDING = 128;
const SIZE = 64;

const ends = { server: 'request-server', client: 'request-client' };

/** Requests, each answered under its own id: as JSON, but for one entrant. */
function request(name: string, connections: number): Workload {
  const on = connections === 1 ? '1 connection' : `each of ${connections} connections`;
  const title = `requests of ${SIZE} characters and their answers, ${OUTSTANDING} outstanding on ${on}`;
  return {
    name,
    measures: [{ name, title, unit: 'requests/s', better: 'more' }],
    placement: apart.description,
    entrants: [
      ...entrantsOf('rxjs-net'),
      { name: 'rxjs-net binary', nagle: 'off' },
      ...entrantsOf('nest', 'net', 'rsocket-js'),
    ],
    baseline: 'nest',
    absent: {
      libp2p: 'it has no requests',
      'rxjs-stream': 'it has no requests',
    },
    open: (contender, pace) => {
      const messages = { size: SIZE, outstanding: OUTSTANDING };
      return openExchange({ contender, messages, connections, ends, toSample: rateAs(name) }, pace);
    },
  };
}

export const requests: readonly Workload[] = [request('request1', 1), request('request16', 16)];
