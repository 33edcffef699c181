import { invalidOption } from '../../errors/invalid-option.ts';
import { FAULT_KINDS, type FaultKind } from './fault.ts';

/**
 * Which kinds of faults befall which hosts, by their names.
 *
 * In an object, `true`, and a kind that is not named, is every host of the network; `false` is none. A partition is between any two of
 * its hosts, so it takes two; `resolution` takes names that are looked up, so an alias as well. A list is of these kinds alone, for
 * every host.
 *
 * @example
 * ```ts
 * import type { FaultTargets } from 'rxjs-net/testing';
 *
 * export const all: FaultTargets = { crash: ['server'], slowReader: false };
 * export const few: FaultTargets = ['partition', 'resolution'];
 * ```
 * @public
 */
export type FaultTargets =
  readonly FaultKind[] | { readonly [Kind in FaultKind]?: boolean | readonly string[] | undefined };

/** What one kind of fault may befall: names of hosts, one for each, and two for a partition. */
export interface Target {
  readonly kind: FaultKind;
  readonly names: readonly string[];
}

/** The kinds that may befall anybody, and whom. */
export function readTargets(targets: FaultTargets, hosts: readonly string[]): readonly Target[] {
  requireKinds(isList(targets) ? targets : Object.keys(targets));
  const targetOf = (kind: FaultKind): boolean | readonly string[] | undefined =>
    isList(targets) ? targets.includes(kind) : targets[kind];
  return FAULT_KINDS.map((kind) => ({ kind, names: namesOf(kind, targetOf(kind), hosts) })).filter(
    ({ kind, names }) => names.length >= leastOf(kind),
  );
}

function leastOf(kind: FaultKind): number {
  return kind === 'partition' ? 2 : 1;
}

function namesOf(
  kind: FaultKind,
  target: boolean | readonly string[] | undefined,
  hosts: readonly string[],
): readonly string[] {
  if (target === undefined) return hosts;
  if (typeof target === 'string')
    throw invalidOption(`faults.${kind} is '${String(target)}'; it takes a list of names`);
  const names = [...new Set(typeof target === 'boolean' ? (target ? hosts : []) : target)];
  const unknown = kind === 'resolution' ? undefined : names.find((name) => !hosts.includes(name));
  if (unknown !== undefined)
    throw invalidOption(
      `faults.${kind} names ${unknown}, which the scenario has not made; it has ${hosts.join(', ')}`,
    );
  // What was asked for and cannot happen would be missed by nobody.
  if (names.length > 0 && names.length < leastOf(kind))
    throw invalidOption(`faults.${kind} is of ${names.join(', ')} alone; it takes two hosts`);
  return names;
}

function isList(targets: FaultTargets): targets is readonly FaultKind[] {
  return Array.isArray(targets);
}

/** What is misspelt would never happen, and nobody would notice. */
function requireKinds(kinds: readonly string[]): void {
  const unknown = kinds.find((kind) => !FAULT_KINDS.some((known) => known === kind));
  if (unknown !== undefined)
    throw invalidOption(`faults names ${unknown}; there are ${FAULT_KINDS.join(', ')}`);
}
