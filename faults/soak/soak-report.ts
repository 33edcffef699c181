import type { Counts } from '../programs/error-code.ts';
import type { Leftovers } from '../programs/leftovers.ts';

export interface SoakSettings {
  readonly endpoint: string;
  readonly seed: number;
  readonly connections: number;
  /** Where heap snapshots go. */
  readonly folder: string;
}

/** What a process holds when all connections are closed and the garbage is collected; bytes. */
export interface Measure {
  readonly heap: number;
  readonly arrayBuffers: number;
  readonly descriptors: number;
  readonly resources: readonly string[];
}

export interface SoakReport {
  readonly connections: number;
  readonly delivered: number;
  /** Messages that came twice, or out of order. */
  readonly disorder: number;
  readonly errors: Counts;
  /** What must not be, in words. */
  readonly complaints: readonly string[];
  readonly left: Leftovers;
}

export type SoakMessage =
  | { readonly kind: 'ready'; readonly endpoint: string }
  | { readonly kind: 'measured'; readonly round: number; readonly measure: Measure }
  | { readonly kind: 'written'; readonly file: string }
  | { readonly kind: 'finished'; readonly report: SoakReport };
