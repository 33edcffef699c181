import type { BindOptions, Connection, ConnectOptions, Server, Transport } from '../../../../src/index.ts';

/** How a transport that would be fine is broken. What a function gives takes the place of what was there. */
export interface Fault {
  /** Called once for each transport. */
  readonly transport?: (transport: Transport) => Partial<Transport>;
  readonly server?: (server: Server) => Partial<Server>;
  /** Called for each connection, dialled and accepted, with the options that it was opened with. */
  readonly connection?: (
    connection: Connection,
    options: BindOptions | ConnectOptions,
  ) => Partial<Connection>;
  readonly bindOptions?: (options: BindOptions) => BindOptions;
  readonly connectOptions?: (options: ConnectOptions) => ConnectOptions;
}

/** Each is a mistake that somebody who writes a Transport could make. */
export type Faults = Readonly<Record<string, Fault>>;
