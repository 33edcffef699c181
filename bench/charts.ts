import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { ratiosChart } from './ratios-chart.ts';
import type { Results } from './results.ts';
import { scalingChart } from './scaling-chart.ts';

/** Draws the charts of the README, as far as these results have something for them. */
export async function drawCharts(results: Results, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, spec] of [
    ['ratios', ratiosChart(results)],
    ['scaling', scalingChart(results)],
  ] as const) {
    if (spec !== undefined) writeFileSync(join(folder, `${name}.svg`), `${await svgOf(spec)}\n`);
  }
}

function svgOf(spec: TopLevelSpec): Promise<string> {
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}
