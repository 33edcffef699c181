type Allocate = (size: number) => Buffer;

/** Sees every Buffer that is allocated outside of Node's pool, which is where decoders keep what has come of a frame. */
export class Allocations {
  /** Bytes of the largest since `begin`. */
  most = 0;
  /** Bytes of the largest of all. */
  largest = 0;
  readonly #original: Allocate;

  constructor() {
    // Called as a function and not as a method: it does not need its object.
    const original = Reflect.get(Buffer, 'allocUnsafeSlow') as Allocate;
    this.#original = original;
    const counting: Allocate = (size) => {
      this.most = Math.max(this.most, size);
      this.largest = Math.max(this.largest, size);
      return original(size);
    };
    Reflect.set(Buffer, 'allocUnsafeSlow', counting);
  }

  begin(): void {
    this.most = 0;
  }

  stop(): void {
    Reflect.set(Buffer, 'allocUnsafeSlow', this.#original);
  }
}
