import { apart } from '../process/cores.ts';
import type { ContenderName } from '../contenders/registry.ts';
import { rateAs } from './figures.ts';
import { openOneWay } from './one-way.ts';
import { entrantsOf, type Workload } from './workload.ts';

const EVERYBODY: readonly ContenderName[] = [
  'rxjs-net',
  'net',
  'net corked',
  'rsocket-js',
  'nest',
  'libp2p',
  'rxjs-stream',
];

/** Small messages one way, on one connection. */
function send(
  name: string,
  size: number,
  perTurn: number,
  contenders: readonly ContenderName[] = EVERYBODY,
): Workload {
  const title = `${size}-byte messages one way, ${perTurn} written per turn`;
  return {
    name,
    measures: [{ name, title, unit: 'messages/s', better: 'more' }],
    placement: apart.description,
    entrants: entrantsOf(...contenders),
    baseline: 'net',
    open: (contender, pace) => openOneWay({ contender, size, perTurn, toSample: rateAs(name) }, pace),
  };
}

export const sends: readonly Workload[] = [
  send('send64', 64, 128),
  { ...send('send64x8', 64, 8), notInSmoke: true },
  // With one message per turn, Nagle's algorithm gathers what the program does not.
  send('send64x1', 64, 1, ['rxjs-net', 'net', 'net noDelay', ...EVERYBODY.slice(2)]),
  { ...send('send256', 256, 128), notInSmoke: true },
];
