// One fleet in a process of its own: it is told the settings, and tells how far it is, and what became of it.
import type { FleetSettings } from './settings.ts';
import { simulate, type FleetResult, type Progress } from './simulate.ts';

/** What the parent is told. */
export type FleetMessage = { readonly progress: Progress } | { readonly result: FleetResult };

/** What the parent says. */
export interface FleetOrder {
  readonly settings: FleetSettings;
  /** How often it wants to hear of it. */
  readonly step: number;
}

process.once('message', ({ settings, step }: FleetOrder) => {
  const result = simulate(settings, step, (progress) => process.send?.({ progress } satisfies FleetMessage));
  process.send?.({ result } satisfies FleetMessage, () => {
    process.disconnect();
  });
});
