import type { DirectionFaults } from '../testing/fault-proxy/faults.ts';
import type { FaultProxyOptions } from '../testing/fault-proxy/fault-proxy-options.ts';
import { flag, size, text, time } from './option-kinds.ts';
import { parseOptions, type Option, type Options, type Values } from './option.ts';
import { parseRate, parseShare, parseWhole } from './units.ts';
import { UsageError } from './usage-error.ts';

type Named<Names extends string, T> = Readonly<Record<Names, Option<T>>>;
type Times = 'latency' | 'jitter' | 'sliceDelay' | 'closeDelay';
type Sizes = 'slice' | 'sliceVariation' | 'stallAfter' | 'resetAfter' | 'closeAfter';
type DirectionOptions = Named<Times | Sizes | 'rate', number> & Named<'stall' | 'halfOpen', boolean>;
type ConnectionOptions = Named<'resetIn' | 'closeIn' | 'share' | 'seed' | 'window' | 'grace', number> &
  Named<'help', boolean>;

export const endpointOptions: Named<'listen' | 'to', string> = {
  listen: text('ENDPOINT', 'where clients connect; by default a free port of 127.0.0.1'),
  to: text('ENDPOINT', 'the server that is dialled for each of them'),
};

export const directionOptions: DirectionOptions = {
  latency: time('how long bytes are on their way'),
  jitter: time('by how much that is more or less, by chance; nothing overtakes'),
  rate: {
    value: 'RATE',
    summary: 'what each connection carries at the most',
    parse: parseRate,
  },
  slice: size('write pieces of this size, each in a write of its own'),
  sliceVariation: size('by how much a piece is longer or shorter, by chance'),
  sliceDelay: time('how long to wait after each piece'),
  stall: flag('pass nothing on, and keep it until the window is full'),
  stallAfter: size('pass nothing on after so many bytes'),
  halfOpen: flag('silence: read nothing, pass nothing on, and do not tell of an end'),
  resetAfter: size('reset the connection after so many bytes'),
  closeAfter: size('close the connection after so many bytes'),
  closeDelay: time('how much later than the bytes before it an end is passed on'),
};

export const connectionOptions: ConnectionOptions = {
  resetIn: time('reset each connection so long after it was accepted'),
  closeIn: time('close each connection so long after it was accepted'),
  share: {
    value: 'SHARE',
    summary: 'of the connections, have the faults (100%)',
    parse: parseShare,
  },
  seed: {
    value: 'NUMBER',
    summary: 'decides what is left to chance (1)',
    parse: parseWhole,
  },
  window: size('may be in transit, each way of each connection (1MiB)'),
  grace: time('how long Ctrl-C waits for connections before it closes them (10s)'),
  help: flag('this text'),
};

type Direction = 'upstream' | 'downstream';

/** The options of the library that the arguments ask for; undefined for the help. Throws a `UsageError`. */
export function readProxyArguments(args: readonly string[]): FaultProxyOptions | undefined {
  const values = parseOptions(
    {
      ...endpointOptions,
      ...directionOptions,
      ...connectionOptions,
      ...ofDirection('upstream'),
      ...ofDirection('downstream'),
    },
    args,
  );
  if (values.help === true) return undefined;
  const { listen, to, resetIn, closeIn, share, seed, window, grace } = values;
  if (to === undefined) throw new UsageError('--to is missing: write --to host:port, or --to unix:/path');
  for (const [option, endpoint] of Object.entries({ listen, to }))
    if (endpoint?.startsWith('tls:') === true)
      throw new UsageError(
        `--${option} ${endpoint}: TLS goes through as it is; write ${endpoint.replace(/^tls:\/*/u, '')}`,
      );
  return {
    ...{ listen, to, resetIn, closeIn, share, seed, window, gracePeriod: grace },
    ...toFaults(values),
    upstream: toFaults(withoutPrefix(values, 'upstream')),
    downstream: toFaults(withoutPrefix(values, 'downstream')),
  };
}

function ofDirection(direction: Direction): Options {
  return Object.fromEntries(
    Object.entries(directionOptions).map(([name, option]) => [prefixed(direction, name), option]),
  );
}

function withoutPrefix(
  values: Readonly<Record<string, unknown>>,
  direction: Direction,
): Values<DirectionOptions> {
  return Object.fromEntries(
    Object.keys(directionOptions).map((name) => [name, values[prefixed(direction, name)]]),
  );
}

function prefixed(direction: Direction, name: string): string {
  return `${direction}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function toFaults(values: Values<DirectionOptions>): DirectionFaults {
  const { latency, jitter, rate, slice, sliceVariation, sliceDelay } = values;
  const { stall, stallAfter, halfOpen, resetAfter, closeAfter, closeDelay } = values;
  return {
    ...{ latency, jitter, rate, slice, sliceVariation, sliceDelay },
    ...{ stall: stallAfter ?? stall, halfOpen, resetAfter, closeAfter, closeDelay },
  };
}
