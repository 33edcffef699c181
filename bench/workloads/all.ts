import { bulk } from './bulk.ts';
import { churn } from './churn.ts';
import { decoding } from './decoders.ts';
import { echoes } from './echo.ts';
import { idle } from './idle.ts';
import { observed } from './observed.ts';
import { requests } from './request.ts';
import { scaling } from './scale.ts';
import { sends } from './send.ts';
import { slow } from './slow.ts';
import type { Workload } from './workload.ts';

/** Every workload, in the order of the tables. */
export const workloads: readonly Workload[] = [
  ...sends,
  ...echoes,
  ...requests,
  bulk,
  churn,
  ...observed,
  idle,
  slow,
  ...decoding,
  ...scaling,
];

/** Those that were asked for, by their own names or those of their groups; everything when nothing was. */
export function selected(only: readonly string[], smoke: boolean): Workload[] {
  if (only.length === 0) return workloads.filter(({ notInSmoke }) => !(smoke && notInSmoke === true));
  const known = new Set(workloads.flatMap(namesOf));
  const unknown = only.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(`there is no workload ${unknown.join(', ')}; there are ${[...known].join(', ')}`);
  return workloads.filter((workload) => namesOf(workload).some((name) => only.includes(name)));
}

function namesOf({ name, group }: Workload): string[] {
  return group === undefined ? [name] : [group, name];
}
