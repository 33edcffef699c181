export const report = (a: unknown, b: unknown): string => JSON.stringify([(a as any).totals, (b as any).totals], null, 1);
import { peakPer } from './storm.ts';
export const stormPeak = (r: any) => peakPer(r.dials, 100, { from: r.settings.partitionAt, to: r.settings.partitionAt + r.settings.partitionFor });
