import { asyncScheduler, type Subscription } from 'rxjs';
import { nodeEventLoop } from '../connection/event-loop.ts';
import type { Transport } from '../transport/transport.ts';
import { connectionPair } from './simulation/connection-pair.ts';
import { Handshake, type HandshakeNetwork } from './simulation/handshake.ts';
import { Patience } from './simulation/patience.ts';
import { Path } from './simulation/path.ts';
import { Machine } from './simulation/machine.ts';
import type { SimulatedTransportOptions } from './simulation/simulated-transport.ts';
import { RecordedTrace } from './simulation/trace.ts';

const NAME = 'memory';
// What a loopback socket takes and hands out at once.
const CHUNK = 64 * 1024;

/**
 * What {@link memoryTransport} returns.
 *
 * @public
 */
export interface MemoryTransport extends Transport {
  /** Another transport in the same memory: each has its own `endpoint`, and closes what is its own. */
  sibling(options?: SimulatedTransportOptions): MemoryTransport;
}

/**
 * A transport within this process, for unit tests: its connections are the real ones, over no socket.
 *
 * ```text
 * transport.listen()            --c--
 * transport.connect(endpoint)   --d--      what d sends, c receives in the next turn of the event loop, and the other way
 * ```
 *
 * Chunking, half-close, reset, back-pressure and `closed` are those of TCP: what one end writes waits in a window of 64 KiB and a
 * send buffer of 64 KiB until the other reads. Each call makes a network of its own, whose every host name is `memory`; the
 * server's endpoint is `memory:PORT`, unless `host` says otherwise. Nothing waits on a timer but `closeTimeout` and the like.
 *
 * Errors: `ERR_UNSUPPORTED` for TLS and Unix sockets, and those of `bind` and `connect`.
 *
 * @example
 * ```ts
 * import { serve } from 'rxjs-net';
 * import { memoryTransport } from 'rxjs-net/testing';
 * import { merge, mergeMap, take } from 'rxjs';
 *
 * const transport = memoryTransport({ port: 7000 });
 * transport.listen().pipe(serve((connection) => connection.received)).subscribe();
 * transport
 *   .connect('memory:7000')
 *   .pipe(
 *     mergeMap((connection) => merge(connection.send(['hello\n']), connection.received)),
 *     take(1),
 *   )
 *   .subscribe((chunk) => {
 *     console.log(chunk.toString().trim()); // hello
 *     void transport.close();
 *   });
 * ```
 * @public
 */
export function memoryTransport(options: SimulatedTransportOptions = {}): MemoryTransport {
  const physics = { scheduler: options.scheduler ?? asyncScheduler, loop: nodeEventLoop, random: () => 0 };
  const path = new Path(physics, { latency: 0, jitter: 0, bandwidth: Infinity });
  const trace = new RecordedTrace(0, physics.scheduler);
  const after = (milliseconds: number, task: () => void): Subscription =>
    physics.scheduler.schedule(() => {
      task();
    }, milliseconds);
  const parts = {
    number: 0,
    tcp: { window: CHUNK, sendBuffer: CHUNK, segmentSize: () => CHUNK },
    path: () => path,
    trace,
    patience: new Patience({ retransmissionTimeout: Infinity, after }),
  };
  const handshakes: HandshakeNetwork = {
    trace,
    path: () => path,
    machineAt: () => machine,
    connection: (from, to, attempt) => connectionPair(from, to, attempt, parts),
  };
  const machine = new Machine(NAME, NAME, {
    loop: nodeEventLoop,
    scheduler: physics.scheduler,
    after,
    resolve: () => NAME,
    sendSyn: (from, attempt) => {
      new Handshake(handshakes, from, attempt).begin();
    },
    note: ({ name }, text) => {
      trace.note(name, text);
    },
  });
  return withSiblings(machine, options);
}

function withSiblings(machine: Machine, options: SimulatedTransportOptions): MemoryTransport {
  const sibling = (others?: SimulatedTransportOptions): MemoryTransport =>
    withSiblings(machine, others ?? {});
  return Object.assign(machine.transport(options), { sibling });
}
