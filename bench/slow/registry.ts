import { load, type Loaders } from '../contenders/load.ts';
import type { SlowConsumer } from './slow-consumer.ts';

const loaders: Loaders<SlowConsumer> = {
  'net for await': async () => (await import('./net.ts')).net,
  // What the library costs by itself is mostly RxJS.
  'net for await, RxJS loaded': async () => {
    await import('rxjs');
    return (await import('./net.ts')).net;
  },
  'rxjs-net for await': async () => (await import('./rxjs-net.ts')).pulling,
  'rxjs-net boundedMergeMap': async () => (await import('./rxjs-net.ts')).bounded,
  'rxjs-stream mergeMap': async () => (await import('./rxjs-stream.ts')).rxjsStream,
};

export function loadSlowConsumer(name: string): Promise<SlowConsumer> {
  return load(loaders, name);
}
