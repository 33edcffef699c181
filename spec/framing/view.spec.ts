import { view, viewBy } from '../../src/framing/view.ts';

const species: unknown = Reflect.get(Buffer, Symbol.species);

describe.each([
  ['the species of Buffer', viewBy(species)],
  ['Buffer.from, where there is no species', viewBy(undefined)],
  ['Buffer.from, where the species makes no Buffers', viewBy(Uint8Array)],
  [
    'Buffer.from, where the species wants other arguments',
    viewBy(function constructor() {
      throw new TypeError('Illegal constructor');
    }),
  ],
  [
    'Buffer.from, where the species copies',
    viewBy(function copy(_memory: ArrayBuffer, _offset: number, length: number) {
      return Buffer.alloc(length);
    }),
  ],
  ['the one that is used', view],
])('a view by %s', (_name, by) => {
  it('is a Buffer of the same memory', () => {
    const bytes = Uint8Array.from([1, 2, 3, 4]);
    const made = by(bytes.buffer, 1, 2);
    bytes[1] = 9;
    expect(Buffer.isBuffer(made)).toBe(true);
    expect(made.toString('hex')).toBe('0903');
  });

  it('may be empty, also at the end', () => {
    expect(by(new ArrayBuffer(4), 4, 0)).toHaveLength(0);
  });
});

it('this version of Node has the fast way', () => {
  const made = Reflect.construct(species as new (size: number) => unknown, [1]);
  expect(Buffer.isBuffer(made)).toBe(true);
});
