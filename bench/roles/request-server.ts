import { usageFromNow, type Usage } from '../process/usage.ts';
import { loadRequestContender } from '../requests/registry.ts';

/** The answering side of requests. */
export type RequestServer = {
  listen(): Promise<number>;
  begin(): Promise<void>;
  usage(): Promise<Usage>;
};

export async function play(name: string): Promise<RequestServer> {
  const contender = await loadRequestContender(name);
  let usage = usageFromNow();
  return {
    listen: () => contender.listen(),
    async begin() {
      usage = usageFromNow();
    },
    usage: async () => usage(),
  };
}
