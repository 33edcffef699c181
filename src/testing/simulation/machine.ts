import type { NetConnectOpts, Server, ServerOpts, Socket } from 'node:net';
import { defer, Subscription, type ObservableInput, type SchedulerLike } from 'rxjs';
import type { EventLoop } from '../../connection/event-loop.ts';
import { plainTraits, socketTraits, type StreamTraits } from '../../connection/stream-traits.ts';
import type { Network } from '../../transport/network.ts';
import type { Transport } from '../../transport/transport.ts';
import { dialFrom, type Attempt, type DiallingHost } from './dialling.ts';
import { Ports } from './ports.ts';
import type { Crash, SimulatedHost } from './simulated-host.ts';
import { SimulatedServer, type Listener, type ListeningHost } from './simulated-server.ts';
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
  readonly #ports: Ports;
  readonly #programs = new Set<Program>();
  #isUp = true;
  #hasKernel = true;

  constructor(name: string, address: string, network: HostNetwork) {
    this.name = name;
    this.address = address;
    this.#network = network;
    this.#ports = new Ports(address);
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
    this.#ports.crash();
    for (const error of this.#stopAll()) this.#fail(error);
    for (const socket of [...this.#sockets]) socket.destroy();
  }

  restart(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#hasKernel = true;
    // A program may run others: these are not of those that were there.
    for (const program of [...this.#programs]) program.running = this.#start(program);
  }

  /** Its programs are over, and nothing begins any more. @returns what they threw at that */
  close(): readonly unknown[] {
    const errors = this.#stopAll();
    this.#programs.clear();
    this.crash('silence');
    return errors;
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

  listenerAt(address: string, port: number): Listener | undefined {
    return this.#ports.listenerAt(address, port);
  }

  bindPort(address: string, port: number, listener: Listener): number {
    if (!this.#isUp) throw systemError('ENETDOWN', 'listen', { address, port });
    return this.#ports.bind(listener.isWildcard ? address : this.resolve(address), port, listener);
  }

  releasePort(port: number, listener: Listener): void {
    this.#ports.release(port, listener);
  }

  isAddressed(address: string): boolean {
    return this.#ports.isAddressed(address);
  }

  resolve(name: string): string {
    return this.#network.resolve(name);
  }

  takePort(): number {
    return this.#ports.take();
  }

  givePort(port: number): void {
    this.#ports.give(port);
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

  #start({ start }: Program): Subscription {
    return defer(start).subscribe({
      error: (error: unknown) => {
        this.#fail(error);
      },
    });
  }

  /** @returns what their finalizers threw: each is stopped, whatever those before it do */
  #stopAll(): readonly unknown[] {
    return [...this.#programs].flatMap(({ running }) => {
      try {
        running.unsubscribe();
        return [];
      } catch (error) {
        return [error];
      }
    });
  }

  /** An error is thrown in virtual time: RxJS would report it in real time, when whoever runs the network may be gone. */
  #fail(error: unknown): void {
    this.note(`its program failed: ${String(error)}`);
    this.after(0, () => {
      throw error;
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
      probe: socketTraits.probe,
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
