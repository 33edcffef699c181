import { axes, line, type Frame } from './chart-parts.ts';
import { HOUR, MINUTE, SECOND } from './settings.ts';
import type { FleetResult } from './simulate.ts';
import { countPer, peakPer } from './storm.ts';

// As in the charts of bench/.
const [TEXT, MUTED, FONT] = ['#24292f', '#57606a', 'system-ui, "Segoe UI", Helvetica, Arial, sans-serif'];
const [WIDTH, HEIGHT] = [960, 690];
const series = [
  { name: 'without jitter', colour: '#57606a' },
  { name: 'with jitter', colour: '#d6006c' },
] as const;
const SHOWN = 5 * MINUTE;
const STORM = 40 * SECOND;
const TENTH = SECOND / 10;

/** How often the clients dial: over the whole time, and after the partition. */
export function drawStorm(jittered: FleetResult, plain: FleetResult): string {
  const { settings } = jittered;
  const results = [plain, jittered];
  const storm = { from: settings.partitionAt, to: settings.partitionAt + STORM };
  const overall = results.map(({ dials }) => busiestSeconds(dials, settings.duration));
  const stormy = results.map(({ dials }) => countPer(dials, TENTH, storm));
  const top = Math.max(...overall.flat(), ...stormy.flat());
  const whole: Frame = {
    x: 70,
    y: 100,
    width: WIDTH - 100,
    height: 200,
    title: 'The whole time: the busiest second of each five minutes',
    across: { from: 0, to: settings.duration / HOUR, unit: 'h', parts: 8 },
    top,
  };
  const part: Frame = {
    ...whole,
    y: 400,
    title: 'After the partition of a third of the servers: dials in each tenth of a second',
    across: { from: 0, to: STORM / SECOND, unit: 's', parts: 8 },
  };
  const panels: [Frame, number[][]][] = [
    [whole, overall],
    [part, stormy],
  ];
  const drawn = panels.flatMap(([frame, counts]) => [
    axes(frame),
    ...counts.map((values, index) => line(frame, values, series[index]?.colour ?? TEXT)),
  ]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family='${FONT}' font-size="12" fill="${TEXT}">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="16" y="30" font-size="16" font-weight="bold">How often ${settings.clients.toLocaleString('en')} clients dial</text>
<text x="16" y="50" fill="${MUTED}">Lower is better; the axes of the dials are logarithmic. Each wait of backoff is left to chance, or none is.</text>
${legend()}
${drawn.join('\n')}
</svg>
`;
}

function busiestSeconds(dials: readonly number[], duration: number): number[] {
  return Array.from({ length: Math.ceil(duration / SHOWN) }, (_, index) =>
    peakPer(dials, SECOND, { from: index * SHOWN, to: (index + 1) * SHOWN }),
  );
}

function legend(): string {
  return series
    .map(({ name, colour }, index) => {
      const x = 70 + index * 140;
      return `<path d="M${x} ${HEIGHT - 20}h24" stroke="${colour}" stroke-width="3"/><text x="${x + 32}" y="${HEIGHT - 16}">${name}</text>`;
    })
    .join('\n');
}
