import type { Diagram, Row } from './parse-diagram.ts';
import type { MarbleEvent, Marbles } from './parse-marbles.ts';

const FRAME = 24;
const RADIUS = 10;
// From one event to the next one of the same moment.
const STEP = 22;
const MARGIN = 20;
const HEAD = 56;
const ROW = 34;
const NOTE = 18;
const GAP = 16;
// The widest that a character of these fonts is, on any system: text that is narrower leaves some room.
const CODE_CHARACTER = 8.5;
const NOTE_CHARACTER = 6.9;
const TITLE_CHARACTER = 9.2;

const STYLE = `
.back{fill:#fff;stroke:#d0d7de}
.text{fill:#24292f}
.muted{fill:#57606a}
.line{stroke:#57606a;stroke-width:1.5;fill:none}
.end{stroke:#24292f;stroke-width:2.5}
.error{stroke:#cf222e;stroke-width:2.5}
.left{stroke:#57606a;stroke-width:2.5;fill:none}
.value{stroke:#24292f;stroke-width:1.2}
.group{fill:none;stroke:#57606a;stroke-dasharray:3 2}
.true{fill:#d6006c}
.false{fill:#d0d7de}
.label{fill:#24292f;font-size:12px;text-anchor:middle}
@media (prefers-color-scheme:dark){
.back{fill:#0d1117;stroke:#30363d}
.text,.label{fill:#e6edf3}
.muted{fill:#9198a1}
.line,.group,.left{stroke:#9198a1}
.end,.value{stroke:#e6edf3}
.error{stroke:#ff7b72}
.true{fill:#ff6fb5}
.false{fill:#30363d}
}`;

// Each letter has a colour of its own, whatever its case, so that a value can be followed from row to row.
const LIGHT = ['#ffd8a8', '#b2f2bb', '#a5d8ff', '#eebefa', '#ffc9c9', '#c5f6fa', '#ffec99'];
const DARK = ['#7a4a12', '#1f5c2e', '#1c4f7c', '#6a3579', '#7a2e2e', '#155e68', '#6b5a0e'];

/** Draws a diagram as SVG, with the same bytes for the same text: light or dark as the reader likes it. */
export function drawDiagram(diagram: Diagram): string {
  const rows = diagram.parts.flat();
  const names = Math.ceil(Math.max(...rows.map(({ name }) => name.length)) * CODE_CHARACTER);
  const left = MARGIN + names + MARGIN;
  const frames = Math.max(...rows.map(({ marbles }) => marbles.to));
  const width = Math.ceil(
    Math.max(
      left + frames * FRAME + MARGIN,
      2 * MARGIN + diagram.title.length * TITLE_CHARACTER,
      ...rows.map(
        ({ note = '', marbles }) => left + marbles.from * FRAME + note.length * NOTE_CHARACTER + MARGIN,
      ),
    ),
  );
  let top = HEAD;
  const drawn: string[] = [];
  for (const part of diagram.parts) {
    for (const row of part) {
      drawn.push(drawRow(row, left, top + ROW / 2));
      top += ROW + (row.note === undefined ? 0 : NOTE);
    }
    top += GAP;
  }
  const height = top;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title about">`,
    `<title id="title">${escape(diagram.title)}</title>`,
    `<desc id="about">${escape(diagram.about)}</desc>`,
    `<style>${STYLE}${colours()}\n</style>`,
    `<rect class="back" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    `<text class="text" x="${MARGIN}" y="34" font-family="${SANS}" font-size="16" font-weight="600">${escape(diagram.title)}</text>`,
    ...drawn,
    '</svg>',
  ].join('\n')}\n`;
}

const SANS = "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif";
const CODE = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

function drawRow({ name, marbles, note }: Row, left: number, y: number): string {
  const x = (column: number): number => left + column * FRAME + FRAME / 2;
  return [
    `<text class="text" x="${MARGIN}" y="${y + 5}" font-family="${CODE}" font-size="13">${escape(name)}</text>`,
    isState(marbles) ? drawState(marbles, left, y) : drawMarbles(marbles, x, y),
    ...(note === undefined
      ? []
      : [
          `<text class="muted" x="${left + marbles.from * FRAME}" y="${y + ROW / 2 + 10}" font-family="${SANS}" font-size="12">${escape(note)}</text>`,
        ]),
  ].join('\n');
}

/** Whether a row says when something is true: it has no other values than t and f. */
function isState({ events }: Marbles): boolean {
  return events.length > 0 && events.every((event) => event.kind === 'value' && /^[tf]$/u.test(event.label));
}

function drawState({ events, to }: Marbles, left: number, y: number): string {
  return events
    .map((event, index) => {
      const until = events[index + 1]?.at ?? to;
      const isTrue = event.kind === 'value' && event.label === 't';
      const height = isTrue ? 12 : 4;
      return `<rect class="${isTrue ? 'true' : 'false'}" x="${left + event.at * FRAME}" y="${y - height / 2}" width="${(until - event.at) * FRAME}" height="${height}"/>`;
    })
    .join('\n');
}

function drawMarbles(
  { from, to, events, groups }: Marbles,
  x: (column: number) => number,
  y: number,
): string {
  const last = events.at(-1);
  const isOver = last !== undefined && last.kind !== 'value';
  const end = isOver ? place(last, x) : x(to - 1) + FRAME / 2;
  const arrow = isOver ? '' : ` m-6 -4l6 4l-6 4`;
  return [
    `<path class="line" d="M${x(from) - FRAME / 2} ${y}H${end}${arrow}"/>`,
    ...groups.map(([first, final]) => {
      const inside = events.filter(({ at }) => at > first && at < final).length;
      return `<rect class="group" x="${x(first) - RADIUS - 5}" y="${y - RADIUS - 4}" width="${(inside - 1) * STEP + 2 * RADIUS + 10}" height="${2 * RADIUS + 8}" rx="6"/>`;
    }),
    ...events.map((event) => drawEvent(event, place(event, x), y)),
  ].join('\n');
}

/** Events of one moment stand close together, the first of them at its time. */
function place({ at, frame }: MarbleEvent, x: (column: number) => number): number {
  return at === frame ? x(at) : x(frame) + (at - frame - 1) * STEP;
}

function drawEvent(event: MarbleEvent, x: number, y: number): string {
  switch (event.kind) {
    case 'value':
      return `<circle class="value c${hue(event.label)}" cx="${x}" cy="${y}" r="${RADIUS}"/><text class="label" x="${x}" y="${y + 4}" font-family="${CODE}">${event.label}</text>`;
    case 'complete':
      return `<path class="end" d="M${x} ${y - RADIUS}v${2 * RADIUS}"/>`;
    case 'error':
      return `<path class="error" d="M${x - 7} ${y - 7}l14 14m0 -14l-14 14"/>`;
    case 'unsubscribe':
      return `<path class="left" d="M${x - 7} ${y + RADIUS - 2}l7 ${-2 * RADIUS + 4}l7 ${2 * RADIUS - 4}"/>`;
    default:
      return event satisfies never;
  }
}

function hue(label: string): number {
  return label.toLowerCase().charCodeAt(0) % LIGHT.length;
}

function colours(): string {
  const rules = (fills: readonly string[]): string =>
    fills.map((fill, index) => `.c${index}{fill:${fill}}`).join('\n');
  return `\n${rules(LIGHT)}\n@media (prefers-color-scheme:dark){\n${rules(DARK)}\n}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
