/** The messages of the contenders that have no request protocol of their own: as those of NestJS. */
export interface Request {
  readonly id: number;
  readonly pattern: string;
  readonly data: string;
}

export interface Response {
  readonly id: number;
  readonly response: string;
}

/** The requests that wait for their answers. */
export class Pending {
  readonly #waiting = new Map<number, (answer: string) => void>();
  #ids = 0;

  add(onAnswer: (answer: string) => void): number {
    const id = (this.#ids += 1);
    this.#waiting.set(id, onAnswer);
    return id;
  }

  settle({ id, response }: Response): void {
    const onAnswer = this.#waiting.get(id);
    this.#waiting.delete(id);
    onAnswer?.(response);
  }
}

/** What a server does for each pattern. */
export const handlers: ReadonlyMap<string, (data: string) => string> = new Map([['echo', (data) => data]]);

export function answer({ id, pattern, data }: Request): Response {
  const handle = handlers.get(pattern);
  if (handle === undefined) throw new Error(`there is no handler for ${pattern}`);
  return { id, response: handle(data) };
}
