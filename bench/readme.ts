import type { Figures, Results, WorkloadResult } from './results.ts';
import { short } from './table.ts';

const BEGIN = '<!-- The table is written by `npm run bench`. -->';
const END = '<!-- The end of the table. -->';
const OURS = 'rxjs-net';

/** The README with the table of these results between its two marks. */
export function withResults(readme: string, results: Results): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`README.md has no place for a table: '${BEGIN}' … '${END}'`);
  return [readme.slice(0, begin + BEGIN.length), '', tableOf(results), '', readme.slice(end)].join('\n');
}

function tableOf({ date, node, cpu, cores, workloads }: Results): string {
  // The curves have a chart of their own, and one that compares chunks of one decoder compares no contenders.
  const rows = Object.entries(workloads)
    .filter(([name]) => !name.includes('/') && name !== 'decode-large')
    .flatMap(rowsOf);
  return [
    `Measured on ${date.slice(0, 10)} with Node.js ${node} on ${cpu}, ${cores} cores; medians of interleaved rounds, and quartiles.`,
    '',
    '| workload | to | rxjs-net | quartiles | others |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** A row for each way of ours to take part. */
function rowsOf([name, { better, baseline, contenders }]: [string, WorkloadResult]): string[] {
  const entries = Object.entries(contenders);
  const others = entries
    .filter(([contender]) => !isOurs(contender) && contender !== baseline)
    .map(([contender, { ratio }]) => `${contender} ${short(ratio)}`)
    .join(', ');
  const goal = better === 'more' ? '' : ', less is better';
  return (
    entries
      // Where we are our own baseline, that row says nothing.
      .filter(([contender]) => isOurs(contender) && contender !== baseline)
      .map(([contender, { ratio, q1, q3 }]: [string, Figures]) => {
        const way = contender === OURS ? '' : `, ${contender.slice(OURS.length + 1)}`;
        return `| \`${name}\`${way}${goal} | ${baseline} | **${short(ratio)} ×** | ${short(q1)}–${short(q3)} | ${others} |`;
      })
  );
}

function isOurs(contender: string): boolean {
  return contender === OURS || contender.startsWith(`${OURS} `);
}
