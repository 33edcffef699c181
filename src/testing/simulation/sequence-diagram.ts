import type { TraceEvent } from './trace-event.ts';

const TIME_WIDTH = 12;
const NARROWEST = 22;
const WIDEST = 48;
// What is drawn around a text.
const FRAME = 7;

/**
 * Draws a column for each host, in the order in which they first appear; a line for each event.
 *
 * @param whole - where they appear, when these events are but a part
 */
export function writeDiagram(events: readonly TraceEvent[], whole: readonly TraceEvent[] = events): string {
  const hosts = [...new Set(whole.flatMap(({ host, peer }) => [host ?? [], peer ?? []].flat()))];
  const longest = events.reduce((most, event) => Math.max(most, labelOf(event).length), 0);
  const width = Math.min(WIDEST, Math.max(NARROWEST, longest + FRAME));
  const head = `${'ms'.padStart(TIME_WIDTH)}  ${hosts.map((host) => host.padEnd(width)).join('')}`.trimEnd();
  const lines = events.map((event) => {
    const drawn = draw(event, hosts, width);
    return `${event.at.toFixed(3).padStart(TIME_WIDTH)}  ${drawn}`.trimEnd();
  });
  return [head, ...lines, ''].join('\n');
}

function draw(event: TraceEvent, hosts: readonly string[], width: number): string {
  const label = labelOf(event);
  if (event.host === undefined) return `══ ${label} `.padEnd(width * hosts.length, '═');
  const at = hosts.indexOf(event.host);
  const to = event.peer === undefined ? at : hosts.indexOf(event.peer);
  const columns = hosts.map(() => '│'.padEnd(width)).join('');
  if (event.kind !== 'sent' || to === at) {
    return over(columns, at * width, `${event.kind === 'arrived' ? '●' : '■'} ${label} `);
  }
  const left = Math.min(at, to);
  const span = Math.abs(to - at) * width;
  return over(columns, left * width, to > at ? `├─${line(label, span)}▶` : `◀─${line(label, span)}┤`);
}

/** As long as the way between two columns, without its two ends. */
function line(label: string, span: number): string {
  const room = span - 2;
  const text = ` ${label} `;
  return text.length <= room ? text.padEnd(room, '─') : `${text.slice(0, room - 1)}…`;
}

function over(columns: string, from: number, text: string): string {
  return columns.slice(0, from) + text + columns.slice(from + text.length);
}

function labelOf({ connection, text }: TraceEvent): string {
  return connection === 0 ? text : `#${connection} ${text}`;
}
