import type { Contender } from './contender.ts';
import { load, type Loaders } from './load.ts';

/** Every contender that sends messages. */
const loaders = {
  'rxjs-net': async () => (await import('./rxjs-net.ts')).rxjsNet,
  'rxjs-net watched': async () => (await import('./rxjs-net-watched.ts')).watched(),
  'rxjs-net instrumented': async () => (await import('./rxjs-net-instrumented.ts')).instrumented(),
  net: async () => (await import('./net.ts')).netContender({ noDelay: false, corked: false }),
  'net corked': async () => (await import('./net.ts')).netContender({ noDelay: false, corked: true }),
  'net noDelay': async () => (await import('./net.ts')).netContender({ noDelay: true, corked: false }),
  'rsocket-js': async () => (await import('./rsocket.ts')).rsocket,
  nest: async () => (await import('./nest.ts')).nest,
  libp2p: async () => (await import('./libp2p.ts')).libp2p,
  'rxjs-stream': async () => (await import('./rxjs-stream.ts')).rxjsStream,
} satisfies Loaders<Contender>;

export type ContenderName = keyof typeof loaders;

export function loadContender(name: string): Promise<Contender> {
  return load<Contender>(loaders, name);
}
