import { lastValueFrom, Observable, Subscription } from 'rxjs';
import { serialized, type Codec, type Connection, type FrameLimit } from 'rxjs-net';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  Disposable,
  type DataCallback,
  type Message,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import { contentLength } from './content-length.ts';

/** The messages of vscode-jsonrpc, on the wire as any language server has them. */
export function languageMessages(limit: FrameLimit = {}): Codec<Message> {
  return serialized(contentLength(limit), {
    encode: (message: Message) => JSON.stringify(message),
    decode: (bytes: Buffer) => JSON.parse(bytes.toString()) as Message,
  });
}

/**
 * vscode-jsonrpc over a connection: emits its MessageConnection, which listens. What it is to listen for is said at once.
 *
 * Completes when the peer has ended or the MessageConnection was disposed of, and errors when the connection was lost; to
 * unsubscribe is to dispose. The connection is closed then, after what was written, and what waits for an answer is rejected.
 */
export function messageConnection(connection: Connection<Message, Message>): Observable<MessageConnection> {
  return new Observable((subscriber) => {
    const rpc = createMessageConnection(new ConnectionReader(connection), new ConnectionWriter(connection));
    subscriber.add(() => {
      rpc.dispose();
      void connection.close();
    });
    rpc.onError(([error]) => {
      subscriber.error(error);
    });
    rpc.onClose(() => {
      subscriber.complete();
    });
    rpc.onDispose(() => {
      subscriber.complete();
    });
    // It hands out what it hears in a later turn of the event loop.
    rpc.listen();
    subscriber.next(rpc);
  });
}

class ConnectionReader extends AbstractMessageReader implements MessageReader {
  readonly #connection: Connection<Message, Message>;
  readonly #reading = new Subscription();

  constructor(connection: Connection<Message, Message>) {
    super();
    this.#connection = connection;
  }

  listen(callback: DataCallback): Disposable {
    const reading = this.#connection.received.subscribe({
      next: callback,
      error: (error: unknown) => {
        this.fireError(error);
      },
      complete: () => {
        this.fireClose();
      },
    });
    this.#reading.add(reading);
    return Disposable.create(() => {
      reading.unsubscribe();
    });
  }

  override dispose(): void {
    super.dispose();
    this.#reading.unsubscribe();
  }
}

class ConnectionWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #connection: Connection<Message, Message>;
  #written: Promise<void> = Promise.resolve();

  constructor(connection: Connection<Message, Message>) {
    super();
    this.#connection = connection;
  }

  /** Resolves when the system has taken it: who awaits it writes as fast as the peer reads. */
  write(message: Message): Promise<void> {
    const send = (): Promise<void> =>
      lastValueFrom(this.#connection.send([message]), { defaultValue: undefined });
    // One after the other, because sends at the same time have no order.
    this.#written = this.#written.then(send, send);
    return this.#written;
  }

  end(): void {
    this.#connection.end();
  }
}
