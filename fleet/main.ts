// A day of a fleet in virtual time, with and without jitter. `npm run simulate:fleet [-- --smoke | --publish]`
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { drawStorm } from './chart.ts';
import { page, report, stormPeak } from './report.ts';
import { runFleet } from './run-fleet.ts';
import { day, HOUR, MINUTE, smoke, type FleetSettings } from './settings.ts';
import type { FleetResult } from './simulate.ts';

const { values } = parseArgs({
  options: { publish: { type: 'boolean', default: false }, smoke: { type: 'boolean', default: false } },
});
const PAGE = 'docs/simulated-fleet.md';
const CHART = 'simulated-fleet.svg';

async function main(): Promise<void> {
  const settings = values.smoke ? smoke : day;
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  const run = (name: string, own: FleetSettings): Promise<FleetResult> =>
    runFleet({ settings: own, step: values.smoke ? MINUTE : HOUR }, ({ now, events }) => {
      process.stdout.write(
        `${name.padEnd(14)} ${(now / HOUR).toFixed(2).padStart(5)} h   ${events.toLocaleString('en').padStart(12)} events   ${seconds()}\n`,
      );
    });
  const [jittered, plain] = await Promise.all([
    run('with jitter', settings),
    run('without jitter', { ...settings, jitter: 0 }),
  ]);
  process.stdout.write(`\n${report(jittered, plain)}\n\n`);
  const failures = [...broken(jittered), ...broken(plain)];
  if (stormPeak(plain) <= stormPeak(jittered))
    failures.push('without jitter the peak is no higher than with it');
  if (values.smoke && !isDeepStrictEqual(await run('once more', settings), jittered))
    failures.push('the same seed gave other figures');
  process.stdout.write(
    failures.length === 0 ? `passed in ${seconds()}\n` : `FAILED: ${failures.join('; ')}\n`,
  );
  if (failures.length > 0) process.exitCode = 1;
  else if (values.publish) {
    writeFileSync(PAGE, page(CHART, jittered, plain));
    writeFileSync(`docs/${CHART}`, drawStorm(jittered, plain));
  }
}

/** What must hold, whatever befalls the fleet. */
function broken({ settings, totals }: FleetResult): string[] {
  const { requests, answered, lostInDrain, drained, unexpected } = totals;
  const claims: [boolean, string][] = [
    [lostInDrain === 0, `${lostInDrain} requests were lost in a drain that a server had accepted`],
    [drained > 0, 'no server had anything to do when it began to drain'],
    [unexpected === 0, `${unexpected} answers came that nobody waited for`],
    // Each client waits for one answer at the most.
    [requests - answered <= settings.clients, 'requests were forgotten'],
    [answered > 0, 'nothing was answered'],
  ];
  return claims.filter(([holds]) => !holds).map(([, what]) => what);
}

void main();
