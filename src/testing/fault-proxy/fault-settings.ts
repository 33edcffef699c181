import { choiceOption } from '../../errors/choice-option.ts';
import { invalidOption } from '../../errors/invalid-option.ts';
import { millisecondsOption, quantityOption } from '../../errors/option-range.ts';
import type { DirectionFaults, Faults } from './faults.ts';

/** {@link DirectionFaults} with every default in its place; `stall` is the number of bytes after which nothing is passed on. */
export interface DirectionSettings {
  readonly latency: number;
  readonly jitter: number;
  readonly rate: number;
  readonly slice: number;
  readonly sliceVariation: number;
  readonly sliceDelay: number;
  readonly stall: number;
  readonly halfOpen: boolean;
  readonly resetAfter: number;
  readonly closeAfter: number;
  readonly closeDelay: number;
}

/** {@link Faults} with every default in its place. */
export interface FaultSettings {
  readonly upstream: DirectionSettings;
  readonly downstream: DirectionSettings;
  readonly resetIn: number;
  readonly closeIn: number;
}

const CLEAR: DirectionSettings = {
  latency: 0,
  jitter: 0,
  rate: Infinity,
  slice: Infinity,
  sliceVariation: 0,
  sliceDelay: 0,
  stall: Infinity,
  halfOpen: false,
  resetAfter: Infinity,
  closeAfter: Infinity,
  closeDelay: 0,
};

/** As if the proxy were not there. */
export const NO_FAULTS: FaultSettings = {
  upstream: CLEAR,
  downstream: CLEAR,
  resetIn: Infinity,
  closeIn: Infinity,
};

/** What was before, with what is named changed; throws `ERR_INVALID_OPTION`. */
export function changedFaults(before: FaultSettings, faults: Faults): FaultSettings {
  const { upstream = {}, downstream = {} } = objectOption('the faults are', faults);
  objectOption('upstream is', upstream);
  objectOption('downstream is', downstream);
  return {
    upstream: consistent(changedDirection(changedDirection(before.upstream, faults), upstream)),
    downstream: consistent(changedDirection(changedDirection(before.downstream, faults), downstream)),
    resetIn: millisecondsOption('resetIn', faults.resetIn, before.resetIn),
    closeIn: millisecondsOption('closeIn', faults.closeIn, before.closeIn),
  };
}

function changedDirection(before: DirectionSettings, faults: DirectionFaults): DirectionSettings {
  return {
    latency: millisecondsOption('latency', faults.latency, before.latency),
    jitter: finite('jitter', millisecondsOption('jitter', faults.jitter, before.jitter)),
    rate: quantityOption('rate', faults.rate, before.rate, 1),
    slice: quantityOption('slice', faults.slice, before.slice, 1),
    sliceVariation: quantityOption('sliceVariation', faults.sliceVariation, before.sliceVariation),
    sliceDelay: millisecondsOption('sliceDelay', faults.sliceDelay, before.sliceDelay),
    stall: stallOption(faults.stall, before.stall),
    halfOpen: choiceOption('halfOpen', faults.halfOpen, before.halfOpen, [true, false]),
    resetAfter: quantityOption('resetAfter', faults.resetAfter, before.resetAfter),
    closeAfter: quantityOption('closeAfter', faults.closeAfter, before.closeAfter),
    closeDelay: millisecondsOption('closeDelay', faults.closeDelay, before.closeDelay),
  };
}

/** Programs without types may say anything. */
function objectOption<T>(what: string, value: T): T {
  if (typeof value === 'object' && value !== null) return value;
  throw invalidOption(`${what} ${value === null ? 'null' : `a ${typeof value}`}; faults are an object`);
}

function stallOption(stall: boolean | number | undefined, before: number): number {
  if (stall === true) return 0;
  if (stall === false) return Infinity;
  return quantityOption('stall', stall, before);
}

function consistent(settings: DirectionSettings): DirectionSettings {
  const { slice, sliceVariation } = settings;
  if (sliceVariation === 0 || (sliceVariation < slice && slice !== Infinity)) return settings;
  if (slice === Infinity)
    throw invalidOption(`sliceVariation is ${sliceVariation}, but there is no slice that it varies`);
  throw invalidOption(`sliceVariation is ${sliceVariation}; it takes less than slice, which is ${slice}`);
}

function finite(name: string, value: number): number {
  if (value !== Infinity) return value;
  throw invalidOption(`${name} is Infinity; it takes a number`);
}
