import { defer, filter, finalize, map, of, tap, type Observable } from 'rxjs';
import { TransportError, type Connection, type TransportErrorCode } from 'rxjs-net';
import { toServerPacket, type ClientPacket, type RequestPacket, type ServerPacket } from './packets.ts';

/** One connection of a client, and the requests that were made over it. */
export class ClientSession {
  readonly connection: Connection<unknown, ClientPacket>;
  /** Delivers the answers while it is subscribed. Emits when the server shuts down; ends with the connection. */
  readonly goAways: Observable<void>;

  readonly #requests = new Map<string, (packet: ServerPacket) => void>();
  #lastId = 0;
  #hasRoom = true;
  #isLeaving = false;

  constructor(connection: Connection<unknown, ClientPacket>) {
    this.connection = connection;
    this.goAways = defer(() => {
      let reason: unknown = this.#errorOf('ERR_CLOSED');
      return connection.received.pipe(
        map(toServerPacket),
        tap({
          error: (error: unknown) => {
            reason = error;
          },
          complete: () => {
            reason = this.#errorOf('ERR_PEER_ENDED');
          },
        }),
        filter((packet) => !this.#deliver(packet)),
        map(() => undefined),
        finalize(() => {
          this.#fail(reason);
        }),
      );
    });
  }

  /** Calls back with each packet of the answer. The function that is returned takes back what is not answered yet. */
  request({ pattern, data }: RequestPacket, callback: (packet: ServerPacket) => void): () => void {
    const id = String((this.#lastId += 1));
    this.#requests.set(id, callback);
    this.#put({ pattern, data, id }, (err) => this.#deliver({ id, err }));
    return () => {
      if (this.#requests.delete(id)) this.connection.write({ id, isDisposed: true });
      this.#endIfLeft();
    };
  }

  /** Completes when the event was handed to the kernel. */
  tell({ pattern, data }: RequestPacket): Observable<never> {
    return this.connection.send(of({ pattern, data }));
  }

  /** No more requests will come: it ends when those that there are have their answers. */
  leave(): void {
    this.#isLeaving = true;
    this.#endIfLeft();
  }

  /** Nobody waits for answers any more. The server is told, so that it does not work on them for nothing. */
  abandon(): void {
    this.#fail(this.#errorOf('ERR_CLOSED'));
  }

  /** `write` costs least, but ends the connection where the server is far behind; what is sent in vain fails by itself. */
  #put(packet: ClientPacket, fail: (error: unknown) => void): void {
    if (!this.#hasRoom) {
      const flushed = (): void => {
        this.#hasRoom = true;
      };
      this.connection.send(of(packet)).subscribe({ error: fail, complete: flushed });
      return;
    }
    try {
      this.#hasRoom = this.connection.write(packet);
    } catch (error) {
      fail(error);
    }
  }

  #endIfLeft(): void {
    if (this.#isLeaving && this.#requests.size === 0) this.connection.end();
  }

  /** @returns false for a packet that is of no request: the server shuts down */
  #deliver(packet: ServerPacket): boolean {
    const { id } = packet;
    if (id === undefined) return false;
    const callback = this.#requests.get(id);
    // What was taken back may be answered all the same.
    if (callback === undefined) return true;
    if (packet.isDisposed === true || packet.err !== undefined) this.#requests.delete(id);
    callback(packet);
    return true;
  }

  #fail(err: unknown): void {
    for (const callback of [...this.#requests.values()]) callback({ err });
  }

  #errorOf(code: TransportErrorCode): TransportError {
    const { remote: endpoint, id: connectionId } = this.connection;
    return new TransportError(code, { phase: 'read', endpoint, connectionId });
  }
}
