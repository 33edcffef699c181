// What the two ends say to each other. Requests, events and answers have the shapes that Nest's own transports give them; to take
// a request back, and to say that a server shuts down, are new.
import { TransportError } from 'rxjs-net';

/** Asks for an answer, or, without an id, tells of an event. */
export interface RequestPacket {
  readonly pattern: unknown;
  readonly data: unknown;
  /** Of the client's choice, and unique in its connection: what answers it has the same. */
  readonly id?: string;
  /** Only true takes a request back; some clients say false of every packet. */
  readonly isDisposed?: false;
}

/** What a client says: a request, or that it does not want the rest of an answer. */
export type ClientPacket = RequestPacket | { readonly id: string; readonly isDisposed: true };

/** What a server says: a value of an answer, its error, or its end; without an id, that it shuts down, so ask elsewhere. */
export interface ServerPacket {
  readonly id?: string;
  readonly response?: unknown;
  readonly err?: unknown;
  readonly isDisposed?: boolean;
}

/** @throws TransportError `ERR_INVALID_MESSAGE`, which ends the connection that it came from, and no other */
export function toClientPacket(message: unknown): ClientPacket {
  if (isPacket(message) && ('pattern' in message || takesBack(message))) return message as ClientPacket;
  throw invalidPacket();
}

/** @throws TransportError `ERR_INVALID_MESSAGE` */
export function toServerPacket(message: unknown): ServerPacket {
  if (isPacket(message)) return message;
  throw invalidPacket();
}

// Anybody may be at the other end. Of an object with a sound id, all that is missing reads as undefined, which does no harm.
function isPacket(message: unknown): message is object {
  if (typeof message !== 'object' || message === null) return false;
  return !('id' in message) || typeof message.id === 'string';
}

function takesBack(message: object): boolean {
  return 'id' in message && 'isDisposed' in message && message.isDisposed === true;
}

function invalidPacket(): TransportError {
  const detail = 'this is no packet of the NestJS transport';
  return new TransportError('ERR_INVALID_MESSAGE', { phase: 'read', detail });
}
