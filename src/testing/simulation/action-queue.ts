/** Something that is to run at a moment; of those of one moment, the first that was added comes first. */
export interface QueuedAction {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  /** Where it stands in the heap, so that it can be taken out of the middle. */
  index: number;
}

/** A binary heap of actions, by their time. To add and to remove one takes the logarithm of their number. */
export class ActionQueue {
  readonly #heap: QueuedAction[] = [];
  #order = 0;

  get first(): QueuedAction | undefined {
    return this.#heap[0];
  }

  get size(): number {
    return this.#heap.length;
  }

  add(at: number, run: () => void): QueuedAction {
    this.#order += 1;
    const action = { at, order: this.#order, run, index: this.#heap.length };
    this.#heap.push(action);
    this.#rise(action);
    return action;
  }

  shift(): QueuedAction | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(action: QueuedAction): void {
    const last = this.#heap.pop();
    if (last === undefined || last === action) return;
    this.#put(last, action.index);
    this.#rise(last);
    this.#sink(last);
  }

  #put(action: QueuedAction, index: number): void {
    action.index = index;
    this.#heap[index] = action;
  }

  #rise(action: QueuedAction): void {
    while (action.index > 0) {
      const parent = this.#heap[(action.index - 1) >> 1];
      if (parent === undefined || isBefore(parent, action)) return;
      const { index } = action;
      this.#put(action, parent.index);
      this.#put(parent, index);
    }
  }

  #sink(action: QueuedAction): void {
    for (let child = this.#earlierChild(action); child !== undefined; child = this.#earlierChild(action)) {
      if (isBefore(action, child)) return;
      const { index } = action;
      this.#put(action, child.index);
      this.#put(child, index);
    }
  }

  #earlierChild({ index }: QueuedAction): QueuedAction | undefined {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
  }
}

function isBefore(one: QueuedAction, other: QueuedAction): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}
