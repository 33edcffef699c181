import { invalidOption } from '../../errors/invalid-option.ts';
import { millisecondsOption } from '../../errors/option-range.ts';
import { FAULT_KINDS, type Fault } from './fault.ts';
import { finite } from './run-options.ts';

/**
 * The faults of a replay, if they can happen: what is wrong in them would else come to light in the middle of a run, or never.
 *
 * What belongs to one kind is looked at by the network, when it happens.
 */
export function readFaults(faults: readonly Fault[]): readonly Fault[] {
  const list: unknown = faults;
  if (!Array.isArray(list)) throw invalidOption('faults is no list; replay takes one, and it may be empty');
  for (const fault of faults) requireFault(fault);
  return faults;
}

function requireFault(fault: Fault): void {
  const { kind, at, lasts } = fault;
  if (!FAULT_KINDS.includes(kind))
    throw invalidOption(
      `a fault is of kind ${kind as string | undefined}; there are ${FAULT_KINDS.join(', ')}`,
    );
  if (fault.kind === 'partition' && !isPair(fault.between))
    throw invalidOption('between of a partition is no pair; it takes the names of two hosts');
  requireTime(`at of a ${kind}`, at);
  requireTime(`lasts of a ${kind}`, lasts);
}

function isPair(names: unknown): boolean {
  return Array.isArray(names) && names.length === 2;
}

function requireTime(name: string, milliseconds: number | undefined): void {
  if (milliseconds === undefined)
    throw invalidOption(`${name} is missing; it takes whole milliseconds, from 0`);
  finite(name, millisecondsOption(name, milliseconds, 0));
}
