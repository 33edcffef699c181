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

/** The requests that wait for their answers. An id is used again when it was answered, so that a table is enough. */
export class Pending {
  readonly #waiting: (((answer: string) => void) | undefined)[] = [];
  readonly #free: number[] = [];

  add(onAnswer: (answer: string) => void): number {
    const id = this.#free.pop() ?? this.#waiting.length;
    this.#waiting[id] = onAnswer;
    return id;
  }

  settle({ id, response }: Response): void {
    const onAnswer = this.#waiting[id];
    if (onAnswer === undefined) throw new Error(`nobody waits for an answer to ${id}`);
    this.#waiting[id] = undefined;
    this.#free.push(id);
    onAnswer(response);
  }
}

/** What a server does for each pattern. */
export const handlers: ReadonlyMap<string, (data: string) => string> = new Map([['echo', (data) => data]]);

export function answer({ id, pattern, data }: Request): Response {
  const handle = handlers.get(pattern);
  if (handle === undefined) throw new Error(`there is no handler for ${pattern}`);
  return { id, response: handle(data) };
}
