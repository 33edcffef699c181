import { invalidOption } from '../../errors/invalid-option.ts';
import { FAULT_KINDS, type FaultKind } from './fault.ts';

/**
 * Which kinds of faults befall which hosts, by their names.
 *
 * `true`, and a kind that is not named, is every host of the network; `false` is none. A partition is between any two of its hosts;
 * `resolution` takes names that are looked up, so an alias as well.
 *
 * ```ts
 * const faults: FaultTargets = { crash: ['server'], slowReader: false };
 * ```
 *
 * @public
 */
export type FaultTargets = { readonly [Kind in FaultKind]?: boolean | readonly string[] | undefined };

/** What one kind of fault may befall: names of hosts, one for each, and two for a partition. */
export interface Target {
  readonly kind: FaultKind;
  readonly names: readonly string[];
}

/** The kinds that may befall anybody, and whom. */
export function readTargets(targets: FaultTargets, hosts: readonly string[]): readonly Target[] {
  return FAULT_KINDS.map((kind) => ({ kind, names: namesOf(kind, targets[kind], hosts) })).filter(
    ({ kind, names }) => names.length >= (kind === 'partition' ? 2 : 1),
  );
}

function namesOf(
  kind: FaultKind,
  target: FaultTargets[FaultKind] = true,
  hosts: readonly string[],
): readonly string[] {
  if (typeof target === 'boolean') return target ? hosts : [];
  const unknown = kind === 'resolution' ? undefined : target.find((name) => !hosts.includes(name));
  if (unknown === undefined) return target;
  throw invalidOption(
    `faults.${kind} names ${unknown}, which the scenario has not made; it has ${hosts.join(', ')}`,
  );
}
