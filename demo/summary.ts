import type { ClientFinished, ClientProgress, ServerClosed } from './messages.ts';

/** One line about the time between two reports of the client. */
export function rateLine(before: ClientProgress, now: ClientProgress): string {
  const seconds = (now.at - before.at) / 1000;
  const requests = (now.answered - before.answered) / seconds;
  const megabytes = (now.bytes - before.bytes) / seconds / 1e6;
  return [
    `${whole(requests).padStart(8)} requests/s`,
    `${megabytes.toFixed(1).padStart(6)} MB/s`,
    `${whole(now.inFlight).padStart(4)} in flight`,
    `${now.connections} connections`,
  ].join('   ');
}

/** What was done, as a table; a process that did not live to tell leaves its rows out. */
export function table(client: ClientFinished | undefined, server: ServerClosed | undefined): string {
  const rows: [string, string][] = [];
  if (client !== undefined) {
    const { p50, p99, bytesRead, bytesWritten } = client;
    rows.push(
      ['requests sent', whole(client.sent)],
      ['answered exactly once', whole(client.answered)],
      ['lost', whole(client.lost)],
      ['duplicated', whole(client.duplicated)],
      ['bytes', `${whole(bytesWritten)} out, ${whole(bytesRead)} in`],
      ['latency', `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`],
      ['in flight at GOAWAY', whole(client.inFlightAtGoAway)],
    );
  }
  if (server !== undefined) {
    const { drained, forced, lost, bytesDiscarded } = server.summary;
    rows.push(
      ['drain', `${server.drainTime.toFixed(0)} ms`],
      ['connections', `${drained} drained, ${forced} forced, ${lost} lost`],
      ['bytes discarded', whole(bytesDiscarded)],
    );
  }
  return rows.map(([name, value]) => `  ${name.padEnd(24)}${value}`).join('\n');
}

/** Everything that is not as it should be; nothing, when nothing was lost. */
export function complaints(client: ClientFinished | undefined, server: ServerClosed | undefined): string[] {
  return [
    ...(client === undefined ? ['the client gave no account'] : complaintsOfClient(client)),
    ...(server === undefined ? ['the server gave no account'] : complaintsOfServer(server)),
    ...(client === undefined || server === undefined || client.sent === server.answered
      ? []
      : [`the server answered ${server.answered} of ${client.sent} requests`]),
  ];
}

function complaintsOfClient({ sent, lost, duplicated, wrong, errors }: ClientFinished): string[] {
  return [
    ...(sent === 0 ? ['no request was sent'] : []),
    ...(lost > 0 ? [`${lost} requests were not answered`] : []),
    ...(duplicated > 0 ? [`${duplicated} answers came twice or to no request`] : []),
    ...(wrong > 0 ? [`${wrong} answers were wrong`] : []),
    ...new Set(errors),
  ];
}

function complaintsOfServer({ summary: { drained, forced, lost, bytesDiscarded } }: ServerClosed): string[] {
  const all = drained + forced + lost;
  return [
    ...(forced > 0 ? [`${forced} of ${all} connections were forced`] : []),
    ...(lost > 0 ? [`${lost} of ${all} connections were lost`] : []),
    ...(bytesDiscarded > 0 ? [`${bytesDiscarded} bytes were discarded`] : []),
  ];
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
