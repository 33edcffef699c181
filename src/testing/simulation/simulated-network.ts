import type { SchedulerLike, Subscription } from 'rxjs';
import { choiceOption } from '../../errors/choice-option.ts';
import { invalidOption } from '../../errors/invalid-option.ts';
import { quantityOption } from '../../errors/option-range.ts';
import { connectionPair } from './connection-pair.ts';
import type { Attempt } from './dialling.ts';
import { Handshake, type HandshakeNetwork } from './handshake.ts';
import { Names, type ResolutionFailure } from './names.ts';
import {
  rateOption,
  readLinkOptions,
  readNetworkOptions,
  SEGMENT,
  type NetworkSettings,
  type SimulatedNetworkOptions,
} from './network-options.ts';
import { Path, type LinkOptions, type Physics } from './path.ts';
import { Patience } from './patience.ts';
import { seededRandom, type Random } from './seeded-random.ts';
import type { SimulationScheduler } from './simulation-scheduler.ts';
import { Machine, type HostNetwork } from './machine.ts';
import type { Crash, SimulatedHost } from './simulated-host.ts';
import type { TcpEnd, TcpSettings } from './tcp-end.ts';
import { RecordedTrace, type Trace } from './trace.ts';
import { virtualEventLoop } from './virtual-event-loop.ts';

// Any number that makes two streams of one seed.
const NETWORK_SEED = 0x9e3779b9;

/**
 * A network of hosts in virtual time: sockets, kernels and wires are simulated, and all above them is the real library.
 *
 * ```text
 *   host 'client' ──┐                                  ┌── host 'server'
 *     transport     ├── latency, jitter, bandwidth ────┤     transport
 *                   └── partition, heal, dropSyn ──────┘     crash, restart, slowReader
 * ```
 *
 * Everything that happens hangs on the seed and on the programs alone. What the programs leave to chance they should take from
 * `random`, and the time from `scheduler`, which the transports of the hosts have as their default. Promises take their turns
 * only under `settle` of a {@link SimulationScheduler}.
 *
 * Errors: `ERR_INVALID_OPTION`. What a program meets is what it would meet on real sockets, with the same codes.
 *
 * @example
 * ```ts
 * import { backoff, serve } from 'rxjs-net';
 * import { SimulatedNetwork, SimulationScheduler } from 'rxjs-net/testing';
 * import { merge, mergeMap, retry, timer } from 'rxjs';
 *
 * const scheduler = new SimulationScheduler();
 * const network = new SimulatedNetwork({ scheduler, seed: 7, latency: 20, jitter: 10 });
 * const { random } = network;
 * const server = network.host('server');
 * const client = network.host('client');
 * server.run(() => server.transport({ port: 7000 }).listen().pipe(serve(({ received }) => received)));
 * client.run(() =>
 *   client
 *     .transport()
 *     .connect('server:7000')
 *     .pipe(
 *       mergeMap((connection) => merge(connection.send(['hello\n']), connection.received)),
 *       retry({ delay: backoff({ scheduler, random }) }),
 *     ),
 * );
 * timer(1000, scheduler).subscribe(() => {
 *   network.partition(client, server);
 * });
 * scheduler.advance(60_000);
 * console.log(network.trace.diagram());
 * ```
 * @see docs/simulation.md
 * @public
 */
export class SimulatedNetwork<S extends SchedulerLike = SimulationScheduler> {
  /** The time of this network. */
  readonly scheduler: S;
  /** A number from 0 up to 1, out of the seed: for the jitter of `backoff`, and for the choices of a test. */
  readonly random: () => number;
  /** What has happened so far. */
  readonly trace: Trace;

  readonly #settings: NetworkSettings;
  readonly #trace: RecordedTrace;
  readonly #physics: Physics;
  readonly #tcp: TcpSettings;
  readonly #patience: Patience;
  readonly #names = new Names();
  readonly #machines = new Map<string, Machine>();
  readonly #paths = new Map<string, Path>();
  readonly #hostNetwork: HostNetwork;
  #connections = 0;

  constructor(options: SimulatedNetworkOptions<S> = {}) {
    this.#settings = readNetworkOptions(options);
    const { scheduler, seed, traceLimit, chunking, window, sendBuffer } = this.#settings;
    // Without one it is a SimulationScheduler, which is what S is then.
    this.scheduler = scheduler as S;
    // Apart, so that what a program asks for changes nothing in the network beneath it.
    this.random = seededRandom(seed);
    const random = seededRandom(seed + NETWORK_SEED);
    const loop = virtualEventLoop(scheduler);
    this.#physics = { scheduler, loop, random };
    this.#trace = new RecordedTrace(traceLimit, scheduler);
    this.trace = this.#trace;
    this.#tcp = { window, sendBuffer, segmentSize: segmentSize(chunking, random) };
    const { retransmissionTimeout } = this.#settings;
    const after = (milliseconds: number, task: () => void): Subscription =>
      scheduler.schedule(() => {
        task();
      }, milliseconds);
    this.#patience = new Patience({ retransmissionTimeout, after });
    const handshakes: HandshakeNetwork = {
      trace: this.#trace,
      path: (from, to) => this.#path(from, to),
      machineAt: (address) => this.#names.machineAt(address, this.#machines),
      connection: (from, to, attempt) => this.#connection(from, to, attempt),
    };
    this.#hostNetwork = {
      loop,
      scheduler,
      after,
      resolve: (name) => this.#names.resolve(name),
      sendSyn: (from, attempt) => {
        new Handshake(handshakes, from, attempt).begin();
      },
      note: ({ name }, text) => {
        this.#trace.note(name, text);
      },
    };
  }

  /** All hosts, in the order in which they were made. */
  get hosts(): readonly SimulatedHost[] {
    return [...this.#machines.values()];
  }

  /** The host of a name: made when it is asked for first, with the next address of 10.0.0.0/8, or the given one. */
  host(name: string, address?: string): SimulatedHost {
    const known = this.#machines.get(name);
    if (known !== undefined) {
      if (address === undefined || address === known.address) return known;
      throw invalidOption(`${name} has the address ${known.address} already`);
    }
    const machine = new Machine(name, this.#names.add(name, address), this.#hostNetwork);
    this.#machines.set(name, machine);
    return machine;
  }

  /** Makes the way between two hosts another one; what is not given is as in the options of the network. */
  link(one: SimulatedHost, other: SimulatedHost, options: LinkOptions): void {
    const settings = readLinkOptions(options, this.#settings.link);
    for (const [from, to] of this.#ways(one, other)) this.#path(from, to).settings = settings;
  }

  /** From now on nothing gets from one to the other, either way. Connections live on, until their kernels give up. */
  partition(one: SimulatedHost, other: SimulatedHost): void {
    if (one === other) throw invalidOption(`a partition of ${one.name} from itself; it takes two hosts`);
    this.#trace.note(undefined, `partition of ${one.name} and ${other.name}`);
    for (const [from, to] of this.#ways(one, other)) {
      const path = this.#path(from, to);
      if (path.blocked) continue;
      const isStillBlocked = path.block();
      this.#patience.blocked(from, (end) => end.path === path && isStillBlocked());
    }
  }

  /** Ends a partition; with one host all of that, without hosts all there are. What waited arrives, in order. */
  heal(one?: SimulatedHost, other?: SimulatedHost): void {
    const hosts = [one, other].flatMap((host) => (host === undefined ? [] : [this.#machine(host).address]));
    this.#trace.note(
      undefined,
      ['healed', one?.name, other && `and ${other.name}`].filter(Boolean).join(' '),
    );
    for (const [key, path] of this.#paths) {
      const ends = key.split(' ');
      if (hosts.every((address) => ends.includes(address))) path.unblock();
    }
  }

  /**
   * Ends a host at once: what it had not sent yet is lost, and its programs are unsubscribed.
   *
   * @param how - what its peers notice. `reset`: an RST, as when a process is killed; who dials is refused. `silence`: nothing, as when the power goes,
   * until their keep-alive or a retransmission gives up, or it is up again and answers with RST; what was under way from it is
   * lost as well. Default `reset`
   */
  crash(host: SimulatedHost, how: Crash = 'reset'): void {
    const machine = this.#machine(host);
    choiceOption('how', how, 'reset', ['reset', 'silence']);
    if (!machine.isUp) return;
    this.#trace.note(host.name, `crash, ${how}`);
    const left = [...machine.ends].flatMap(({ peer }) => (peer === undefined || peer.dead ? [] : [peer]));
    machine.crash(how);
    if (how === 'silence') this.#patience.silent(machine, left);
  }

  /** Starts a host that has crashed, and its programs with it. */
  restart(host: SimulatedHost): void {
    const machine = this.#machine(host);
    if (machine.isUp) return;
    this.#trace.note(host.name, 'restart');
    machine.restart();
    this.#patience.restarted(machine);
  }

  /** The programs of a host read so many bytes per second from each connection; `Infinity` as fast as they can. */
  slowReader(host: SimulatedHost, bytesPerSecond: number): void {
    this.#machine(host).readRate = rateOption('bytesPerSecond', bytesPerSecond);
    this.#trace.note(host.name, `reads ${bytesPerSecond} B/s`);
  }

  /** The next attempts to connect to a host are lost; TCP tries again after 1, 3, 7, 15, 31 and 63 seconds. Default: all. */
  dropSyn(host: SimulatedHost, count: number = Infinity): void {
    this.#machine(host).synsToDrop = quantityOption('count', count, Infinity);
    this.#trace.note(host.name, `drops ${count} SYN`);
  }

  /** Whether nobody takes what connects to a host: its backlog is full, and attempts are lost without a word. */
  backlogFull(host: SimulatedHost, isFull: boolean = true): void {
    this.#machine(host).backlogIsFull = isFull;
    this.#trace.note(host.name, isFull ? 'backlog full' : 'backlog has room');
  }

  /** A name fails to resolve from now on, or has another address, or is again what it was. */
  resolution(name: string, outcome: ResolutionFailure | { readonly address: string } | 'normal'): void {
    this.#names.change(name, outcome);
    const text = typeof outcome === 'object' ? `is ${outcome.address}` : `resolves: ${outcome}`;
    this.#trace.note(undefined, `${name} ${text}`);
  }

  /**
   * Ends all programs, as a test does when it is over; what they hold besides their connections is let go of.
   *
   * @throws the first of what their finalizers threw, when all of them are over
   */
  close(): void {
    const errors = [...this.#machines.values()].flatMap((machine) => machine.close());
    if (errors.length > 0) throw errors[0];
  }

  #machine(host: SimulatedHost): Machine {
    const machine = this.#machines.get(host.name);
    if (machine === host) return machine;
    throw invalidOption(`${host.name} is no host of this network`);
  }

  #ways(one: SimulatedHost, other: SimulatedHost): [Machine, Machine][] {
    const [a, b] = [this.#machine(one), this.#machine(other)];
    return [
      [a, b],
      [b, a],
    ];
  }

  #path(from: Machine, to: Machine): Path {
    const key = `${from.address} ${to.address}`;
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    // A host reaches itself at once.
    const settings = from === to ? { latency: 0, jitter: 0, bandwidth: Infinity } : this.#settings.link;
    const path = new Path(this.#physics, settings);
    this.#paths.set(key, path);
    return path;
  }

  #connection(from: Machine, to: Machine, attempt: Attempt): TcpEnd {
    this.#connections += 1;
    return connectionPair(from, to, attempt, {
      number: this.#connections,
      tcp: this.#tcp,
      path: (one, other) => this.#path(one, other),
      trace: this.#trace,
      patience: this.#patience,
    });
  }
}

function segmentSize(chunking: number | 'random', random: Random): () => number {
  return chunking === 'random' ? () => 1 + Math.floor(SEGMENT * random()) : () => chunking;
}
