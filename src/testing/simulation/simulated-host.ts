import type { NetConnectOpts, Server, ServerOpts, Socket } from 'node:net';
import { defer, Subscription, type ObservableInput, type SchedulerLike } from 'rxjs';
import type { EventLoop } from '../../connection/event-loop.ts';
import type { StreamTraits } from '../../connection/stream-traits.ts';
import { plainTraits } from '../../connection/stream-traits.ts';
import type { Network } from '../../transport/network.ts';
import type { Transport } from '../../transport/transport.ts';
import { dialFrom, type Attempt, type DiallingHost } from './dialling.ts';
import { addressInUse, SimulatedServer, type Listener, type ListeningHost } from './simulated-server.ts';
import { SimulatedSocket, systemError } from './simulated-socket.ts';
import { SimulatedTransport, type SimulatedTransportOptions } from './simulated-transport.ts';
import type { TcpEnd } from './tcp-end.ts';

/** What a host asks of its network. */
export interface HostNetwork {
  readonly loop: EventLoop;
  readonly scheduler: SchedulerLike;
  after(milliseconds: number, task: () => void): Subscription;
  resolve(name: string): string;
  sendSyn(from: Machine, attempt: Attempt): void;
  note(host: Machine, text: string): void;
}

/**
 * A machine in a simulated network: it has a name, an address, and transports that programs run over.
 *
 * ```ts
 * const server = network.host('server');
 * server.run(() => server.transport({ port: 7000 }).listen().pipe(serve(handler)));
 * ```
 *
 * @public
 */
export interface SimulatedHost {
  readonly name: string;
  readonly address: string;
  /** Whether it runs; false between `crash` and `restart`. */
  readonly isUp: boolean;
  /**
   * A transport whose sockets are of this host. A crash ends them; what listens and dials again after it is a program, see `run`.
   */
  transport(options?: SimulatedTransportOptions): Transport;
  /**
   * Runs a program on this host: it is subscribed now, unsubscribed when the host crashes, and made and subscribed anew when it
   * restarts. To unsubscribe what is returned ends it for good. What the program errs with, and does not catch, is thrown by the
   * scheduler, so that `advance` and `flush` throw it.
   */
  run(program: () => ObservableInput<unknown>): Subscription;
  /** Writes a word of its programs into the trace. */
  note(text: string): void;
}

// Linux: net.ipv4.ip_local_port_range begins at 32768; IANA's ephemeral ports begin here (RFC 6335, section 6).
const FIRST_EPHEMERAL_PORT = 49_152;
const LAST_PORT = 65_535;

/**
 * What the peers of a host that crashes notice.
 *
 * @public
 */
export type Crash = 'reset' | 'silence';

const ANY = '*';

interface Program {
  readonly start: () => ObservableInput<unknown>;
  running: Subscription;
}

/** A host as its network has it. */
export class Machine implements SimulatedHost, ListeningHost, DiallingHost {
  readonly name: string;
  readonly address: string;
  readRate: number = Infinity;
  /** SYNs that are lost here. */
  synsToDrop = 0;
  /** Nobody takes connections out of the queue, and it is full. */
  backlogIsFull = false;

  readonly #network: HostNetwork;
  readonly #ends = new Set<TcpEnd>();
  readonly #sockets = new Set<SimulatedSocket>();
  // By port, and of one port by address.
  readonly #listeners = new Map<number, Map<string, Listener>>();
  // Of connections and attempts that began here.
  readonly #ports = new Set<number>();
  readonly #programs = new Set<Program>();
  #isUp = true;
  #hasKernel = true;
  #lastPort = FIRST_EPHEMERAL_PORT - 1;

  constructor(name: string, address: string, network: HostNetwork) {
    this.name = name;
    this.address = address;
    this.#network = network;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get loop(): EventLoop {
    return this.#network.loop;
  }

  get ends(): ReadonlySet<TcpEnd> {
    return this.#ends;
  }

  transport(options: SimulatedTransportOptions = {}): Transport {
    return new SimulatedTransport(this.#asNetwork(), {
      host: this.address,
      scheduler: this.#network.scheduler,
      ...options,
    });
  }

  run(start: () => ObservableInput<unknown>): Subscription {
    const program: Program = { start, running: Subscription.EMPTY };
    this.#programs.add(program);
    if (this.#isUp) program.running = this.#start(program);
    return new Subscription(() => {
      this.#programs.delete(program);
      program.running.unsubscribe();
    });
  }

  /** Whether it answers, if only with RST: its process may have been killed, but the power is on. */
  get hasKernel(): boolean {
    return this.#hasKernel;
  }

  crash(how: Crash): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#hasKernel = how === 'reset';
    for (const end of [...this.#ends]) {
      // A process that is killed leaves its kernel, which says so; a machine without power says nothing.
      if (how === 'reset') end.reset();
      else end.vanish();
    }
    this.#listeners.clear();
    for (const program of this.#programs) program.running.unsubscribe();
    for (const socket of [...this.#sockets]) socket.destroy();
  }

  restart(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#hasKernel = true;
    for (const program of this.#programs) program.running = this.#start(program);
  }

  /** Its programs are over, and nothing begins any more. */
  close(): void {
    for (const program of [...this.#programs]) program.running.unsubscribe();
    this.#programs.clear();
    this.crash('silence');
  }

  note(text: string): void {
    this.#network.note(this, text);
  }

  adopt(end: TcpEnd): void {
    this.#ends.add(end);
  }

  forget(end: TcpEnd): void {
    this.#ends.delete(end);
  }

  /** Whether an attempt to connect is lost here. */
  dropsSyn(): boolean {
    if (this.synsToDrop > 0) {
      this.synsToDrop -= 1;
      return true;
    }
    return this.backlogIsFull;
  }

  /** Whoever listens there to those who dial this address. */
  listenerAt(address: string, port: number): Listener | undefined {
    const listeners = this.#listeners.get(port);
    return listeners?.get(address) ?? listeners?.get(ANY);
  }

  bindPort(address: string, port: number, listener: Listener): number {
    if (!this.#isUp) throw systemError('ENETDOWN', 'listen', { address, port });
    const own = listener.isWildcard ? ANY : this.#network.resolve(address);
    if (own !== ANY && !this.isAddressed(own))
      throw systemError('EADDRNOTAVAIL', 'listen', { address, port });
    const taken = port === 0 ? this.#freePort() : port;
    const listeners = this.#listeners.get(taken) ?? new Map<string, Listener>();
    // The wildcard is every address (ip(7)).
    if (listeners.has(own) || listeners.has(ANY) || (own === ANY && listeners.size > 0))
      throw addressInUse(address, port);
    this.#listeners.set(taken, listeners.set(own, listener));
    return taken;
  }

  releasePort(port: number, listener: Listener): void {
    const listeners = this.#listeners.get(port);
    for (const [address, one] of listeners ?? []) if (one === listener) listeners?.delete(address);
    if (listeners?.size === 0) this.#listeners.delete(port);
  }

  /** Whether what is sent to this address, from here, comes back here. */
  isAddressed(address: string): boolean {
    return address === this.address || address.startsWith('127.') || address === '::1';
  }

  resolve(name: string): string {
    return this.#network.resolve(name);
  }

  takePort(): number {
    const port = this.#freePort();
    this.#ports.add(port);
    return port;
  }

  givePort(port: number): void {
    this.#ports.delete(port);
  }

  #freePort(): number {
    for (let tried = FIRST_EPHEMERAL_PORT; tried <= LAST_PORT; tried += 1) {
      this.#lastPort = this.#lastPort === LAST_PORT ? FIRST_EPHEMERAL_PORT : this.#lastPort + 1;
      if (!this.#listeners.has(this.#lastPort) && !this.#ports.has(this.#lastPort)) return this.#lastPort;
    }
    throw systemError('EADDRNOTAVAIL', 'bind', { address: this.address, port: 0 });
  }

  sendSyn(attempt: Attempt): void {
    this.#network.sendSyn(this, attempt);
  }

  after(milliseconds: number, task: () => void): Subscription {
    return this.#network.after(milliseconds, task);
  }

  afterReading(bytes: number, task: () => void): void {
    this.after((bytes * 1000) / this.readRate, task);
  }

  /** An error is thrown in virtual time: RxJS would report it in real time, when whoever runs the network may be gone. */
  #start({ start }: Program): Subscription {
    return defer(start).subscribe({
      error: (error: unknown) => {
        this.note(`its program failed: ${String(error)}`);
        this.after(0, () => {
          throw error;
        });
      },
    });
  }

  #asNetwork(): Network {
    return {
      tcp: this.#traits(),
      createServer: (options: ServerOpts) => asServer(this.#owned(new SimulatedServer(this, options))),
      connect: (options: NetConnectOpts) => asSocket(this.#own(dialFrom(this, options))),
    };
  }

  #traits(): StreamTraits {
    return {
      ...plainTraits,
      loop: this.loop,
      reset: (stream) => {
        (stream as unknown as SimulatedSocket).resetAndDestroy();
      },
      allInKernel: (stream) => stream.writableLength === 0,
    };
  }

  #owned(server: SimulatedServer): SimulatedServer {
    return server.on('connection', (socket: SimulatedSocket) => {
      this.#own(socket);
    });
  }

  #own(socket: SimulatedSocket): SimulatedSocket {
    this.#sockets.add(socket);
    return socket.once('close', () => {
      this.#sockets.delete(socket);
    });
  }
}

// What the transport asks of a server and of a socket, ours can do, as the conformance suite shows; the rest of Node's classes
// they leave out.
function asServer(server: SimulatedServer): Server {
  return server as unknown as Server;
}

function asSocket(socket: SimulatedSocket): Socket {
  return socket as unknown as Socket;
}
