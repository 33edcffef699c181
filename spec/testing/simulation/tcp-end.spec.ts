import fc from 'fast-check';
import { Path } from '../../../src/testing/simulation/path.ts';
import { seededRandom } from '../../../src/testing/simulation/seeded-random.ts';
import { SimulationScheduler } from '../../../src/testing/simulation/simulation-scheduler.ts';
import { TcpEnd, type TcpHost, type TcpSettings } from '../../../src/testing/simulation/tcp-end.ts';
import { virtualEventLoop } from '../../../src/testing/simulation/virtual-event-loop.ts';

const host: TcpHost = {
  sent: () => undefined,
  arrived: () => undefined,
  arrivedAtNobody: () => undefined,
  stuck: () => undefined,
  gaveUp: () => undefined,
  over: () => undefined,
};

function pair(settings: Partial<TcpSettings> = {}): {
  scheduler: SimulationScheduler;
  one: TcpEnd;
  other: TcpEnd;
} {
  const scheduler = new SimulationScheduler();
  const physics = { scheduler, loop: virtualEventLoop(scheduler), random: seededRandom(1) };
  const path = new Path(physics, { latency: 1, jitter: 0, bandwidth: Infinity });
  const tcp = { window: 64, sendBuffer: 64, segmentSize: () => 10, ...settings };
  const identity = { number: 1, keepAliveDelay: undefined };
  const one = new TcpEnd(path, tcp, identity, host);
  const other = new TcpEnd(path, tcp, identity, host);
  one.peer = other;
  other.peer = one;
  return { scheduler, one, other };
}

function readAll(end: TcpEnd): string {
  let text = '';
  for (let chunk = end.read(); chunk !== undefined; chunk = end.read()) text += chunk.toString();
  return text;
}

describe('TcpEnd', () => {
  it('delivers what was written, in order, whatever is read when, and never has more than window and send buffer', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const), size: fc.nat(100) }),
      fc.record({ do: fc.constant('read' as const), size: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ do: fc.constant('wait' as const), size: fc.nat(3) }),
    );
    fc.assert(
      fc.property(
        fc.array(step),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 40 }),
        (steps, window, size) => {
          const { scheduler, one, other } = pair({ window, segmentSize: () => size });
          let written = '';
          let read = '';
          for (const { do: what, size: amount } of steps) {
            if (what === 'write') {
              const text = Array.from({ length: Math.min(amount, one.room) }, (_, n) =>
                String((written.length + n) % 10),
              ).join('');
              one.write(Buffer.from(text));
              written += text;
              expect(written.length - read.length).toBeLessThanOrEqual(window + 64);
            } else if (what === 'read') read += (other.read(amount) ?? '').toString();
            else scheduler.advance(amount);
          }
          one.shutdown();
          while (!other.ended) {
            scheduler.advance(5);
            read += readAll(other);
          }
          expect(read).toBe(written);
        },
      ),
    );
  });

  it('is over when both ends have sent FIN, and each end sees the other one', () => {
    const { scheduler, one, other } = pair();
    one.write(Buffer.from('bye'));
    one.shutdown();
    scheduler.flush();
    expect([other.ended, readAll(other), other.ended, one.ended]).toEqual([false, 'bye', true, false]);
    other.shutdown();
    scheduler.flush();
    expect(one.ended).toBe(true);
  });

  it('closes with FIN, but with RST where something is unread or comes later (tcp(7))', () => {
    for (const [unread, later] of [
      [false, false],
      [true, false],
      [false, true],
    ]) {
      const { scheduler, one, other } = pair();
      if (unread === true) other.write(Buffer.from('unread'));
      scheduler.flush();
      one.close();
      if (later === true) other.write(Buffer.from('later'));
      scheduler.flush();
      expect(other.loss).toBe(unread === true || later === true ? 'ECONNRESET' : undefined);
      if (unread !== true && later !== true) expect(other.ended).toBe(true);
    }
  });

  it('hands out what came before an RST', () => {
    const { scheduler, one, other } = pair();
    one.write(Buffer.from('last words'));
    one.reset();
    scheduler.flush();
    expect([other.loss, readAll(other), other.ended]).toEqual(['ECONNRESET', 'last words', false]);
  });

  it('answers with RST whoever still sends to it after it has given up', () => {
    const { scheduler, one, other } = pair();
    one.lose('ETIMEDOUT');
    scheduler.flush();
    expect(other.loss).toBeUndefined();
    other.write(Buffer.from('anybody there?'));
    scheduler.flush();
    expect([readAll(one), other.loss]).toEqual(['', 'ECONNRESET']);
  });

  it('says nothing when it vanishes, and what was under way is lost', () => {
    const { scheduler, one, other } = pair();
    one.write(Buffer.from('lost'));
    one.vanish();
    other.write(Buffer.from('?'));
    scheduler.flush();
    expect([readAll(other), other.dead]).toEqual(['', false]);
  });
});
