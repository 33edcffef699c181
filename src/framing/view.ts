/** A Buffer over memory that is there already. */
export type View = (memory: ArrayBufferLike, offset: number, length: number) => Buffer;

type ViewConstructor = new (memory: ArrayBufferLike, offset: number, length: number) => Buffer;

/**
 * Makes views of memory. Every frame is one, so it counts what that costs: the class that Node's Buffers are instances of
 * has the constructor of the engine, which takes half the time of `Buffer.from(memory, offset, length)` and a third of
 * that of `subarray`. It has no name that can be imported, but it is the species of Buffer. Should that ever change, there
 * is the slower way.
 */
export const view: View = viewBy(Reflect.get(Buffer, Symbol.species));

/** Where there are no bytes. */
export const NOTHING: Buffer = Buffer.alloc(0);

/** Views by the given class, if it makes Buffers. */
export function viewBy(species: unknown): View {
  if (!makesBuffers(species)) return (memory, offset, length) => Buffer.from(memory, offset, length);
  return (memory, offset, length) => new species(memory, offset, length);
}

function makesBuffers(species: unknown): species is ViewConstructor {
  if (typeof species !== 'function') return false;
  try {
    const made: unknown = Reflect.construct(species, [new ArrayBuffer(4), 1, 2]);
    return Buffer.isBuffer(made) && made.byteOffset === 1 && made.length === 2;
  } catch {
    return false;
  }
}
