/** A panel of a chart: where it is, and what its axes are. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly across: {
    readonly from: number;
    readonly to: number;
    readonly unit: string;
    /** Into so many parts. */
    readonly parts: number;
  };
  /** The largest value. */
  readonly top: number;
}

const [LINES, GRID] = ['#d0d7de', '#eaeef2'];

/** The title, the grid and the numbers of a panel. */
export function axes(frame: Frame): string {
  const { x, y, width, height, title, across } = frame;
  const parts = [
    `<text x="${x}" y="${y - 12}" font-size="13">${title}</text>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${LINES}"/>`,
  ];
  for (let value = 1; value <= 2 * frame.top; value *= 10) {
    const at = upOf(frame, value);
    if (at < y) break;
    parts.push(
      `<path d="M${x} ${at}h${width}" stroke="${GRID}"/>`,
      `<text x="${x - 8}" y="${at + 4}" text-anchor="end">${value.toLocaleString('en')}</text>`,
    );
  }
  for (let tick = 0; tick <= across.parts; tick += 1) {
    const share = tick / across.parts;
    const value = across.from + share * (across.to - across.from);
    parts.push(
      `<text x="${x + share * width}" y="${y + height + 18}" text-anchor="middle">${round(value)} ${across.unit}</text>`,
    );
  }
  return parts.join('\n');
}

/** Values one after the other, each as a step; what is 0 lies on the floor. */
export function line(frame: Frame, values: readonly number[], colour: string): string {
  const step = frame.width / values.length;
  const steps = values.map((value, index) => {
    const from = round(frame.x + index * step);
    return `${index === 0 ? 'M' : 'L'}${from} ${upOf(frame, value)}H${round(from + step)}`;
  });
  return `<path d="${steps.join('')}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-opacity="0.9"/>`;
}

/** The floor is half of one, so that one can be told from none. */
function upOf({ y, height, top }: Frame, value: number): number {
  const share = value === 0 ? 0 : Math.log(2 * value) / Math.log(4 * top);
  return round(y + height * (1 - share));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
