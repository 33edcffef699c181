/**
 * Looks for a bug in the client, in 200 networks that go wrong in 200 ways.
 *
 *   npx tsx examples/simulated-rpc/explore.ts                   the client without a bug
 *   npx tsx examples/simulated-rpc/explore.ts hangs             or paysTwice, or givesUp: see bugs.ts
 *   npx tsx examples/simulated-rpc/explore.ts givesUp partition           nothing but partitions
 */
import { explore, ExplorationError, type ExploreOptions, type FaultKind } from 'rxjs-net/testing';
import { bugs } from './bugs.ts';
import { payments } from './scenario.ts';

const [name = '', ...kinds] = process.argv.slice(2);

const options: ExploreOptions = {
  seeds: 200,
  // The payments take 20 seconds, and the client forgets all when it crashes, as it may.
  duration: 30_000,
  faults: kinds.length > 0 ? (kinds as FaultKind[]) : { crash: ['server'] },
  network: { latency: 10, jitter: 10 },
};

const habits = Object.entries(bugs).find(([bug]) => bug === name)?.[1];

try {
  console.log(await explore(payments(habits), options));
} catch (error) {
  if (!(error instanceof ExplorationError)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
