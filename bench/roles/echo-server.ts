import { setTimeout as delay } from 'node:timers/promises';
import { loadContender } from '../contenders/registry.ts';
import { usageFromNow, type Usage } from '../process/usage.ts';

/** The accepting side of everything that is answered: it sends every message back. */
export type EchoServer = {
  listen(): Promise<number>;
  begin(): Promise<void>;
  usage(): Promise<Usage>;
  /** Bytes of memory after the garbage is collected. */
  residentBytes(): Promise<number>;
};

export async function play(name: string): Promise<EchoServer> {
  const contender = await loadContender(name);
  let usage = usageFromNow();
  return {
    listen: () => contender.listen({ kind: 'echo' }),
    async begin() {
      usage = usageFromNow();
    },
    usage: async () => usage(),
    residentBytes,
  };
}

async function residentBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('the process was started without --expose-gc');
  // What finalizers let go is collected by the next pass, and pages go back to the system some time after.
  for (let pass = 0; pass < 4; pass += 1) {
    globalThis.gc();
    await delay(50);
  }
  return process.memoryUsage.rss();
}
