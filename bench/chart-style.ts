import type { Config } from 'vega-lite';
import { nagleOf, type Nagle } from './contenders/nagle.ts';
import type { Results } from './results.ts';

const TEXT = '#24292f';
const MUTED = '#57606a';
const LINES = '#d0d7de';
const FONT = 'system-ui, "Segoe UI", Helvetica, Arial, sans-serif';

// White behind everything, because a README is shown on dark pages as well.
export const config: Config = {
  background: '#ffffff',
  font: FONT,
  view: { stroke: LINES },
  axis: {
    labelColor: TEXT,
    titleColor: TEXT,
    titleFontWeight: 'normal',
    labelFontSize: 12,
    titleFontSize: 12,
    gridColor: '#eaeef2',
    domainColor: LINES,
    tickColor: LINES,
  },
  legend: { labelColor: TEXT, titleColor: TEXT, labelFontSize: 12, symbolSize: 90, symbolOpacity: 1 },
  title: {
    color: TEXT,
    subtitleColor: MUTED,
    fontSize: 16,
    subtitleFontSize: 12,
    anchor: 'start',
    offset: 14,
  },
};

// This library stands out; what belongs together has one hue.
const COLOURS = {
  'rxjs-net': '#d6006c',
  net: '#57606a',
  'net corked': '#0969da',
  'net noDelay': '#54aeff',
  'net pipeline': '#8c959f',
  'rsocket-js': '#bf8700',
  nest: '#cf222e',
  libp2p: '#8250df',
  'rxjs-stream': '#2da44e',
  'other decoders': '#bc4c00',
};

type Family = keyof typeof COLOURS;

/** The colours of those that are in a chart, in the order of the legend. */
export function colours(families: readonly string[]): { domain: string[]; range: string[] } {
  const present = Object.entries(COLOURS).filter(([family]) => families.includes(family));
  return { domain: present.map(([family]) => family), range: present.map(([, colour]) => colour) };
}

/** Whose colour a contender has: `rxjs-net for await` is rxjs-net as well. */
export function familyOf(contender: string): Family {
  if (contender in COLOURS) return contender as Family;
  const families = Object.keys(COLOURS) as Family[];
  return families.find((family) => contender.startsWith(`${family} `)) ?? 'other decoders';
}

/** When, on what and where; and what has much to say in small messages. */
export function subtitleOf({ date, node, cpu, cores }: Results, contenders: ReadonlySet<string>): string[] {
  const withNagle = (setting: Nagle): string =>
    Object.entries(nagleOf)
      .filter(([name, nagle]) => nagle === setting && contenders.has(name))
      .map(([name]) => name)
      .join(', ');
  return [
    `Nagle's algorithm is on for ${withNagle('on')}; off for ${withNagle('off')}.`,
    `${date.slice(0, 10)}, Node.js ${node}, ${cpu}, ${cores} cores`,
  ];
}
