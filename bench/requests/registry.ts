import { load, type Loaders } from '../contenders/load.ts';
import type { RequestContender } from './requester.ts';

const loaders: Loaders<RequestContender> = {
  'rxjs-net': async () => (await import('./rxjs-net.ts')).rxjsNet,
  'rxjs-net binary': async () => (await import('./rxjs-net-binary.ts')).rxjsNetBinary,
  net: async () => (await import('./net.ts')).net,
  'rsocket-js': async () => (await import('./rsocket.ts')).rsocket,
  nest: async () => (await import('./nest.ts')).nest,
};

export function loadRequestContender(name: string): Promise<RequestContender> {
  return load(loaders, name);
}
