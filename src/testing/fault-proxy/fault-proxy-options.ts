import { asyncScheduler, type ObservableInput, type SchedulerLike } from 'rxjs';
import { formatEndpoint } from '../../endpoint/format-endpoint.ts';
import { parseEndpoint } from '../../endpoint/parse-endpoint.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import { invalidOption } from '../../errors/invalid-option.ts';
import { fractionOption, quantityOption } from '../../errors/option-range.ts';
import { TransportError } from '../../errors/transport-error.ts';
import type { BindOptions } from '../../transport/bind-options.ts';
import type { ConnectOptions } from '../../transport/connect-options.ts';
import { changedFaults, NO_FAULTS, type FaultSettings } from './fault-settings.ts';
import type { Faults } from './faults.ts';

/**
 * What {@link faultProxy} can be told; the faults are those of the beginning, and can be changed while it runs.
 *
 * @public
 */
export interface FaultProxyOptions extends Faults {
  /** Where clients connect. Default `127.0.0.1:0`: a free port, to be read from `FaultProxy.endpoint`. */
  readonly listen?: string | undefined;
  /** The server that is dialled for each of them, by TCP or a Unix socket; not `tls://`: TLS passes through as it is. */
  readonly to: string;
  /** The share of connections that have the faults, from 0 to 1 (`toxicity` of toxiproxy). Default 1. */
  readonly share?: number | undefined;
  /** Bytes of one direction of a connection that may be in transit; its source is held beyond. Default 1 MiB. */
  readonly window?: number | undefined;
  /** A whole number that decides what is left to chance: jitter, variation and share. Default 1. */
  readonly seed?: number | undefined;
  /** The first value starts a drain, as with `bind`. Default: never. */
  readonly until?: ObservableInput<unknown> | undefined;
  /** Milliseconds that a drain waits for the connections before it closes them. Default 10000. */
  readonly gracePeriod?: number | undefined;
  /** Milliseconds that a graceful close waits for either peer before it resets. Default 5000. */
  readonly closeTimeout?: number | undefined;
  /** Milliseconds for dialling the server. Default 5000. */
  readonly connectTimeout?: number | undefined;
  /** The clock of every delay. Default `asyncScheduler`; a TestScheduler drives them in virtual time. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** {@link FaultProxyOptions} with every default in its place. */
export interface FaultProxySettings {
  readonly listen: string;
  readonly to: Endpoint;
  readonly faults: FaultSettings;
  readonly share: number;
  readonly window: number;
  readonly seed: number;
  readonly scheduler: SchedulerLike;
  readonly bindOptions: BindOptions;
  readonly connectOptions: ConnectOptions;
}

// 20 MiB/s over 50 ms, and what 100 stalled connections keep is 200 MiB at the most.
const WINDOW = 1024 * 1024;
const MAX_WRITE_BUFFER = 16 * 1024 * 1024;

/** Reads the options once, at the edge; throws `ERR_INVALID_OPTION`, `ERR_INVALID_ENDPOINT`, `ERR_UNSUPPORTED`. */
export function readFaultProxyOptions(options: FaultProxyOptions): FaultProxySettings {
  // Programs without types may leave them out.
  if (!isObject(options)) throw invalidOption("the options are missing; write { to: 'host:port' }");
  const { scheduler = asyncScheduler, until, gracePeriod, closeTimeout, connectTimeout } = options;
  const window = quantityOption('window', options.window, WINDOW, 1);
  // A FIN ends one direction and says nothing about the other, so on both sides ending is left to us. And whatever is in transit
  // may be written at once, when the proxy is closed.
  const maxWriteBuffer = Math.max(MAX_WRITE_BUFFER, 2 * window);
  const common = { allowHalfOpen: true, closeTimeout, maxWriteBuffer, scheduler };
  return {
    listen: options.listen ?? '127.0.0.1:0',
    to: serverOption(options.to),
    faults: changedFaults(NO_FAULTS, options),
    share: fractionOption('share', options.share, 1),
    window,
    seed: seedOption(options.seed),
    scheduler,
    bindOptions: { ...common, until, gracePeriod },
    connectOptions: { ...common, connectTimeout },
  };
}

function serverOption(text: string): Endpoint {
  const parts = parseEndpoint(text);
  const endpoint = formatEndpoint(parts);
  if (parts.kind === 'unix' || !parts.tls) return endpoint;
  const detail = 'to is tls://; write host:port: TLS passes through the proxy as it is';
  throw new TransportError('ERR_UNSUPPORTED', { phase: 'parse', endpoint, detail });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function seedOption(seed = 1): number {
  if (Number.isSafeInteger(seed)) return seed;
  throw invalidOption(`seed is ${String(seed)}; it takes a whole number`);
}
