/**
 * A rolling restart under load, and the proof that nothing is lost: HAProxy, two backends, 64 clients; see README.md.
 *
 *   npm run example:rolling-restart                        ten rounds, about a minute; needs haproxy
 *   npm run example:rolling-restart -- --rounds 2          shorter
 *   npm run example:rolling-restart -- --break kill        SIGKILL instead of SIGTERM: see it fail
 *   npm run example:rolling-restart -- --break no-goaway   a drain that the clients are not told of: see it fail
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { lastValueFrom, mergeMap, range, ReplaySubject } from 'rxjs';
import { BackendProcess, type Drain } from './backend-process.ts';
import { client } from './client.ts';
import { freeEndpoints } from './free-endpoints.ts';
import { allUp, startHAProxy, type ProxySettings } from './haproxy.ts';
import { roundLine, verdict } from './report.ts';
import { Tally } from './tally.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    clients: { type: 'string', default: '64' },
    break: { type: 'string' },
  },
});
const [rounds, clients] = [Number(values.rounds), Number(values.clients)];
const signal = values.break === 'kill' ? 'SIGKILL' : 'SIGTERM';
// So long the load runs on both backends before the next one goes.
const BETWEEN = 500;
const LAST_ANSWERS_WITHIN = 10_000;
const TOO_LONG = 110_000;

const directory = mkdtempSync(join(tmpdir(), 'rolling-restart-'));
process.on('exit', () => {
  rmSync(directory, { recursive: true });
});
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130));
const tooLong = setTimeout(() => {
  throw new Error(`still not done after ${TOO_LONG / 1000} s`);
}, TOO_LONG);

async function main(): Promise<boolean> {
  const [service, one, two] = await freeEndpoints();
  const ledgers = ['one', 'two'].map((name) => join(directory, name));
  const backends = [one, two].map((endpoint, index) => {
    return new BackendProcess(endpoint, ledgers[index] ?? '', values.break);
  });
  const proxy: ProxySettings = {
    SERVICE: service,
    BACKEND_ONE: one,
    BACKEND_TWO: two,
    STATS_SOCKET: join(directory, 'haproxy.sock'),
  };
  await Promise.all(backends.map((backend) => backend.start()));
  startHAProxy(proxy);
  await allUp(proxy);

  const began = performance.now();
  const tally = new Tally();
  const stop = new ReplaySubject<void>(1);
  const crowd = lastValueFrom(range(0, clients).pipe(mergeMap(() => client(service, tally, stop))), {
    defaultValue: undefined,
  });
  console.log(`${clients} clients ask ${service}; HAProxy spreads them over ${one} and ${two}`);
  await wait(2 * BETWEEN);

  const drains: (Drain | undefined)[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const backend of backends) {
      drains.push(await backend.stop(signal));
      await backend.start();
      await allUp(proxy);
      await wait(BETWEEN);
    }
    console.log(roundLine(round, rounds, drains.slice(-backends.length), tally));
  }

  stop.next();
  // Whoever lost requests waits for nothing any more: their connections are over.
  await Promise.race([crowd, wait(LAST_ANSWERS_WITHIN)]);
  const seconds = (performance.now() - began) / 1000;
  drains.push(...(await Promise.all(backends.map((backend) => backend.stop('SIGTERM')))));
  const { lines, passed } = verdict({ tally, drains, ledgers, rounds, clients, seconds });
  console.log(lines.join('\n'));
  return passed;
}

void main().then((passed) => {
  clearTimeout(tooLong);
  process.exit(passed ? 0 : 1);
});
