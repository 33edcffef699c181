import { apart, together } from '../process/cores.ts';
import { rateAs } from './figures.ts';
import { openExchange, type ExchangeFigures } from './exchange.ts';
import { entrantsOf, type Sample, type Workload } from './workload.ts';

const OUTSTANDING = 128;
const SIZE = 64;

/** Every message comes back; a window of them is under way on each connection. */
function echo(name: string, connections: number): Workload {
  const on = connections === 1 ? '1 connection' : `each of ${connections} connections`;
  const title = `${SIZE}-byte messages and their echoes, ${OUTSTANDING} outstanding on ${on}`;
  return {
    name,
    measures: [{ name, title, unit: 'echoes/s', better: 'more' }],
    placement: apart.description,
    entrants: entrantsOf('rxjs-net', 'net', 'net corked', 'rsocket-js', 'nest', 'libp2p', 'rxjs-stream'),
    baseline: 'net',
    open: (contender, pace) => {
      const messages = { size: SIZE, outstanding: OUTSTANDING };
      return openExchange({ contender, messages, connections, toSample: rateAs(name) }, pace);
    },
  };
}

/** One message at a time: how long it takes to come back. */
const pingPong: Workload = {
  name: 'pingpong',
  measures: [
    { name: 'pingpong', title: 'one 64-byte message at a time, rate', unit: 'echoes/s', better: 'more' },
    {
      name: 'pingpong-p50',
      title: 'one 64-byte message at a time, median latency',
      unit: 'µs',
      better: 'less',
    },
    {
      name: 'pingpong-p99',
      title: 'one 64-byte message at a time, 99th percentile',
      unit: 'µs',
      better: 'less',
    },
  ],
  placement: together.description,
  entrants: entrantsOf(
    'rxjs-net',
    'net noDelay',
    'net',
    'net corked',
    'rsocket-js',
    'nest',
    'libp2p',
    'rxjs-stream',
  ),
  baseline: 'net noDelay',
  open: (contender, pace) => {
    const messages = { size: SIZE, outstanding: 1, timed: true };
    return openExchange(
      { contender, messages, connections: 1, placement: together, toSample: withLatency },
      pace,
    );
  },
};

function withLatency({ perSecond, cpu, rss, latency }: ExchangeFigures): Sample {
  const values = {
    pingpong: perSecond,
    'pingpong-p50': latency?.p50 ?? NaN,
    'pingpong-p99': latency?.p99 ?? NaN,
  };
  return { values, cpu, rss };
}

export const echoes: readonly Workload[] = [echo('echo1', 1), echo('echo16', 16), pingPong];
