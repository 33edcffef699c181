/** What a child process can be asked: plain methods, whose arguments and results go over Node's IPC channel as JSON. */
export type Methods = Record<string, (argument: never) => Promise<unknown>>;

/** What a child process is to be, as its one argument. */
export interface Assignment {
  /** A file of roles/. */
  readonly role: string;
  readonly contender: string;
}

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };
