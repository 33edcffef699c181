import { markdownTable } from '../scripts/reliability-section.ts';
import { ANSWER_TIMEOUT, BOOT, HOUR, MINUTE, redial, SECOND, WORK, type FleetSettings } from './settings.ts';
import type { FleetResult } from './simulate.ts';
import { peakPer } from './storm.ts';

const BINS = [10, 100, SECOND] as const;

/** The most dials in a tenth of a second, while a third of the servers is cut off. */
export function stormPeak({ dials, settings }: FleetResult): number {
  return peakPer(dials, 100, partition(settings));
}

/** What befell the fleet, what became of its requests, and how its clients came back. */
export function report(jittered: FleetResult, plain: FleetResult): string {
  return [story(jittered.settings), table(jittered, plain)].join('\n\n');
}

/** The page that shows it. */
export function page(chart: string, ...results: [FleetResult, FleetResult]): string {
  const [{ settings, events }] = results;
  return `${TITLE}

${report(...results)}

![How often the clients dial, with and without jitter](${chart})

${READING}

\`npm run simulate:fleet\` runs it, and \`-- --publish\` writes this page; the programs are in \`fleet/\`. It is the real library over a
\`SimulatedNetwork\` of seed ${settings.seed}: ${events.toLocaleString('en')} events with jitter, and the same figures each time.
`;
}

const TITLE = `<!-- Written by \`npm run simulate:fleet -- --publish\`. -->

# A simulated fleet`;

const READING = `What a server has taken before it drains is answered, also through the balancer. What is lost, and asked again, was on its way to a
server when that closed, or waited for one that was cut off.

Of the partition nobody is told. Who asks, waits in vain, and dials again; the balancer tries the servers of fewest connections, which
are those that are cut off, finds them out one after the other, and ends what it has to each: so all its clients dial at the same
moment. Jitter spreads their first dials over \`initial\` and no further: a tenth of a second is less full, a whole one is not, and may
be fuller, because what is left to chance is shorter by half. Choose \`initial\` by what the door takes in. Where it takes in
fewer than come, the waits that follow tell: without jitter those who were refused come together again, each time after
twice the wait, and in between the door is open for nobody.`;

function story(settings: FleetSettings): string {
  const { servers, clients, period, restartAt, restartEvery, partitionAt, partitionFor, admissions } =
    settings;
  const number = (value: number): string => value.toLocaleString('en');
  const lines = [
    `${number(clients)} clients keep a connection each to a balancer, which pipes each to one of ${servers} servers. Each client ` +
      `asks once in ${period / SECOND} s, and a server takes ${WORK.least} to ${WORK.most} ms to answer.`,
    `A rolling restart begins at ${clock(restartAt)}: every ${restartEvery / SECOND} s one server drains (\`until\`), ends, and ` +
      `listens again ${BOOT / SECOND} s later. At ${clock(partitionAt)} the balancer loses the way to ` +
      `${Math.round(servers / 3)} of the servers, without a word from anybody, for ${partitionFor / MINUTE} minutes. It notices when it ` +
      `dials one of them for a new client and nothing comes back; then it ends all its connections to that one.`,
    `A client whose connection has gone, or who has waited ${ANSWER_TIMEOUT / SECOND} s for an answer, dials again with ` +
      `\`backoff({ initial: ${redial.initial}, max: ${redial.max} })\`, with its default jitter or with \`jitter: 0\`, and asks again ` +
      `what was not answered. The balancer lets ${number(admissions)} connections in per second and refuses the others.`,
  ];
  return lines.join('\n');
}

function table(...results: readonly [FleetResult, FleetResult]): string {
  const row = (name: string, value: (result: FleetResult) => string | number): (string | number)[] => [
    name,
    ...results.map(value),
  ];
  const rows = [
    row('requests', ({ totals }) => totals.requests),
    row('answered', ({ totals }) => totals.answered),
    row('not yet answered at the end', ({ totals }) => totals.requests - totals.answered),
    row('sent, each time counted', ({ totals }) => totals.sent),
    row('lost with their connection, and sent again', ({ totals }) => totals.lost),
    row('of these, at work in a server', ({ totals }) => totals.lostInWork),
    row('at work in a server that began to drain', ({ totals }) => totals.drained),
    row('of these, lost', ({ totals }) => totals.lostInDrain),
    row('longest wait for an answer, s', ({ totals }) => (totals.longest / SECOND).toFixed(1)),
    row('dials', ({ dials }) => dials.length),
    row('dials that the balancer refused', ({ totals }) => totals.refused),
    ...BINS.map((bin) =>
      row(`most dials in ${bin} ms, rolling restart`, ({ dials, settings }) =>
        peakPer(dials, bin, restarts(settings)),
      ),
    ),
    ...BINS.map((bin) =>
      row(`most dials in ${bin} ms, partition`, ({ dials, settings }) =>
        peakPer(dials, bin, partition(settings)),
      ),
    ),
    row('last dial of the partition, s after its begin', (result) => (lastDial(result) / SECOND).toFixed(0)),
  ];
  return markdownTable(['', 'with jitter', '`jitter: 0`'], rows);
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function restarts({ restartAt, restartEvery, servers }: FleetSettings): Span {
  return { from: restartAt, to: restartAt + servers * restartEvery };
}

function partition({ partitionAt, partitionFor }: FleetSettings): Span {
  return { from: partitionAt, to: partitionAt + partitionFor };
}

function lastDial({ dials, settings }: FleetResult): number {
  const { from, to } = partition(settings);
  return (dials.findLast((at) => at >= from && at < to) ?? from) - from;
}

function clock(at: number): string {
  return `${Math.floor(at / HOUR)}:${String((at % HOUR) / MINUTE).padStart(2, '0')}`;
}
