import { filter, first, firstValueFrom, type Subscription } from 'rxjs';
import { connect, framed, lengthPrefixed, type Connection } from 'rxjs-net';
import { bound } from './bound.ts';
import type { Contender, Dialled, OnMessage, Service } from './contender.ts';

type Framed = Connection<Uint8Array, Uint8Array>;

/** This library, as its README says to use it. */
export const rxjsNet: Contender = {
  listen: (service) =>
    bound(({ connections }) => {
      connections.pipe(framed(lengthPrefixed())).subscribe((connection) => {
        accept(connection, service);
      });
    }),
  dial(port, _kind, onMessage) {
    return new Promise((resolve, reject) => {
      const dialling = connect(`127.0.0.1:${port}`)
        .pipe(framed(lengthPrefixed()))
        .subscribe({
          next: (connection) => {
            resolve(new RxConnection(connection, dialling, onMessage));
          },
          error: reject,
        });
    });
  },
};

function accept(connection: Framed, service: Service): void {
  const next =
    service.kind === 'sink'
      ? service.onMessage
      : (message: Uint8Array): void => {
          connection.write(message);
        };
  // A client that was killed at the end of its run; whatever else it was shows in the count.
  connection.received.subscribe({ next, error: () => undefined });
}

class RxConnection implements Dialled {
  readonly #connection: Framed;
  readonly #dialling: Subscription;
  #room = true;

  constructor(connection: Framed, dialling: Subscription, onMessage: OnMessage) {
    this.#connection = connection;
    this.#dialling = dialling;
    connection.received.subscribe({ next: onMessage, error: () => undefined });
  }

  send(message: Uint8Array): void {
    this.#room = this.#connection.write(message);
  }

  endTurn(): boolean {
    return this.#room;
  }

  whenWritable(goOn: () => void): void {
    this.#connection.congested
      .pipe(
        filter((congested) => !congested),
        first(),
      )
      .subscribe(() => {
        this.#room = true;
        goOn();
      });
  }

  async close(): Promise<void> {
    this.#dialling.unsubscribe();
    await firstValueFrom(this.#connection.closed);
  }
}
