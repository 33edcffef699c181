/** What a client asks. The same id is the same payment, however often it is asked for. */
export interface Request {
  readonly id: number;
  readonly pay: number;
}

/** What the server answers when it has paid. */
export interface Answer {
  readonly id: number;
  readonly paid: number;
}
