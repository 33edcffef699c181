import { mergeMap, type Observable } from 'rxjs';
import type { Connection } from '../../../src/connection/connection.ts';
import {
  SimulatedNetwork,
  SimulationScheduler,
  type SimulatedHost,
  type SimulatedNetworkOptions,
  type SimulatedTransportOptions,
} from '../../../src/testing/index.ts';
import type { Transport } from '../../../src/transport/transport.ts';

/** Two hosts in a network, and their time. */
export interface World {
  readonly scheduler: SimulationScheduler;
  readonly network: SimulatedNetwork;
  readonly client: SimulatedHost;
  readonly server: SimulatedHost;
  readonly dialler: Transport;
  readonly listener: Transport;
  /** Everything that was noted, each with the moment of the scheduler. */
  readonly log: string[];
  note(text: string): void;
  /** Notes the values, the error or the completion of a stream. */
  watch<T>(name: string, source: Observable<T>, toText?: (value: T) => string): void;
  /** Dials the server, and notes what becomes of it. */
  dial(use: (connection: Connection) => Observable<unknown>, options?: SimulatedTransportOptions): void;
}

export const AT = 'server:7000';

export function world(options: SimulatedNetworkOptions = {}, own: SimulatedTransportOptions = {}): World {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ latency: 10, ...options, scheduler });
  const client = network.host('client');
  const server = network.host('server');
  const log: string[] = [];
  const dialler = client.transport();
  const note = (text: string): void => {
    log.push(`${scheduler.now()} ${text}`);
  };
  const watch = <T>(name: string, source: Observable<T>, toText: (value: T) => string = String): void => {
    source.subscribe({
      next: (value) => {
        note(`${name}: ${toText(value)}`);
      },
      error: (error: unknown) => {
        note(`${name}: ${codeOf(error)}`);
      },
      complete: () => {
        note(`${name} is over`);
      },
    });
  };
  return {
    scheduler,
    network,
    client,
    server,
    dialler,
    listener: server.transport({ port: 7000, ...own }),
    log,
    note,
    watch,
    dial: (use, settings = {}) => {
      watch('dialled', dialler.connect(AT, settings).pipe(mergeMap(use)));
    },
  };
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
