import { subscribe } from 'node:diagnostics_channel';
import type { DiagnosticsMessages } from 'rxjs-net';
import type { Contender } from './contender.ts';
import { rxjsNet } from './rxjs-net.ts';

const CHANNELS: readonly (keyof DiagnosticsMessages)[] = [
  'rxjs-net:connect:start',
  'rxjs-net:connect:end',
  'rxjs-net:connection:open',
  'rxjs-net:connection:close',
];

/** This library, with somebody who listens to its diagnostics channels and counts, as cheaply as one can. */
export function watched(): Contender {
  const counts = new Map<string, number>();
  for (const name of CHANNELS) {
    subscribe(name, () => {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    });
  }
  return rxjsNet;
}
