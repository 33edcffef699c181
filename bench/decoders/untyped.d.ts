// What we use of packages that come without types.
declare module 'length-prefixed-stream' {
  import type { Transform } from 'node:stream';
  export function decode(): Transform;
}
declare module 'split2' {
  import type { Transform } from 'node:stream';
  export default function split2(): Transform;
}
