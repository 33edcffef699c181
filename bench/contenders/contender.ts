import type { Message } from '../messages/message.ts';

export type OnMessage = (message: Message) => void;

/** What the accepting side does with every message: counts it, or sends it back first. */
export type Service = { readonly kind: 'sink'; readonly onMessage: OnMessage } | { readonly kind: 'echo' };

/** One connection as a workload uses it, from the dialling side. */
export interface Dialled {
  /** Writes one message. */
  send(message: Uint8Array): void;
  /** The writes of this turn are done. @returns false when the peer is behind: go on when `whenWritable` calls. */
  endTurn(): boolean;
  /** Calls once there is room again. */
  whenWritable(goOn: () => void): void;
  /** Closes gracefully; settles when the connection is gone. */
  close(): Promise<void>;
}

/**
 * A way to send messages over TCP. Everything it does is its public API, used in the fastest way that we have found.
 *
 * An `echo` connection gets every message back in the order of sending, by `onMessage`.
 */
export interface Contender {
  /** @returns the port, on 127.0.0.1 */
  listen(service: Service): Promise<number>;
  dial(port: number, kind: Service['kind'], onMessage: OnMessage): Promise<Dialled>;
}
