import { load, type Loaders } from '../contenders/load.ts';
import type { StreamContender } from './stream-contender.ts';

const loaders: Loaders<StreamContender> = {
  'rxjs-net': async () => (await import('./rxjs-net.ts')).rxjsNet,
  net: async () => (await import('./net.ts')).written,
  'net pipeline': async () => (await import('./net.ts')).piped,
  libp2p: async () => (await import('./libp2p.ts')).libp2p,
};

export function loadStreamContender(name: string): Promise<StreamContender> {
  return load(loaders, name);
}
