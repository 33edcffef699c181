import { createHash, randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { asyncScheduler, firstValueFrom } from 'rxjs';
import type { Faults } from '../../../src/testing/fault-proxy/faults.ts';
import { afterThisSpec } from '../../cleanup.ts';
import { dialRaw } from '../../loopback.ts';
import { startProxy } from './running-proxy.ts';

const BYTES = randomBytes(8 * 1024 * 1024);
const SUM = createHash('sha256').update(BYTES).digest('hex');

// Each that delays or cuts, and has time for 8 MiB in a spec.
const single: Readonly<Record<string, Faults>> = {
  latency: { latency: 5 },
  jitter: { latency: 5, jitter: 5 },
  rate: { rate: 80_000_000 },
  slice: { slice: 10_007, sliceVariation: 5000 },
  'close delay': { closeDelay: 5 },
};

/** Every combination of the above: each of them there or not. */
const combinations = Object.entries(single).reduce<readonly (readonly [name: string, faults: Faults])[]>(
  (all, [name, fault]) => [
    ...all,
    ...all.map(
      ([names, faults]) => [names === 'none' ? name : `${names}, ${name}`, { ...faults, ...fault }] as const,
    ),
  ],
  [['none', {}]],
);

async function echo(): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    afterThisSpec(() => socket.destroy());
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  afterThisSpec(() => server.close());
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function sumOfWhatComesBack(endpoint: string): Promise<string> {
  const client = await dialRaw(endpoint);
  const sum = createHash('sha256');
  client.on('data', (chunk: Buffer) => sum.update(chunk));
  client.end(BYTES);
  await once(client, 'end');
  return sum.digest('hex');
}

describe('8 MiB through the fault proxy, there and back', () => {
  it.each(combinations)('arrive as they were, with the faults: %s', async (_, faults) => {
    const { proxy } = await startProxy({ to: await echo(), scheduler: asyncScheduler, ...faults });
    const accepted = firstValueFrom(proxy.connections);
    expect(await sumOfWhatComesBack(proxy.endpoint)).toBe(SUM);
    const { upstream, downstream } = await accepted;
    expect([upstream.bytesPassed, downstream.bytesPassed]).toEqual([BYTES.length, BYTES.length]);
  });

  it('arrive as they were while the faults change all the time', async () => {
    const { proxy } = await startProxy({ to: await echo(), scheduler: asyncScheduler });
    const faults: readonly Faults[] = [
      { latency: 3, jitter: 3 },
      { stall: true },
      { stall: false, slice: 4096 },
      { upstream: { halfOpen: true } },
      { halfOpen: false, downstream: { rate: 50_000_000 } },
      { latency: 0, jitter: 0 },
    ];
    let changes = 0;
    const changing = asyncScheduler.schedule(function () {
      proxy.change(faults[changes % faults.length] ?? {});
      changes += 1;
      this.schedule(undefined, 2);
    }, 2);
    afterThisSpec(() => {
      changing.unsubscribe();
    });
    expect(await sumOfWhatComesBack(proxy.endpoint)).toBe(SUM);
    expect(changes).toBeGreaterThan(faults.length);
  });

  it('carry at the rate, measured on real timers', async () => {
    const { proxy } = await startProxy({
      to: await echo(),
      scheduler: asyncScheduler,
      upstream: { rate: 16 * 1024 * 1024 },
    });
    const begin = performance.now();
    expect(await sumOfWhatComesBack(proxy.endpoint)).toBe(SUM);
    const seconds = (performance.now() - begin) / 1000;
    // Never faster; slower only as far as this machine is busy with other things.
    expect(seconds).toBeGreaterThan(0.48);
    expect(seconds).toBeLessThan(2);
  });
});
