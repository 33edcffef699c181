import { concat, defer, EMPTY, mergeMap, type OperatorFunction } from 'rxjs';

/**
 * The protocol of the demo: records of one size, so that a number says which answer belongs to which request.
 *
 * ```text
 *  0        1            5             9                                        1024
 *  ├─ kind ─┼──── id ────┼─── value ───┼─────────────── padding ─────────────────┤
 * ```
 *
 * The client sends requests and the server answers each once, in any order. After a GOAWAY of the server, the client
 * sends no more requests but FIN; the server answers what came before the FIN and ends. So no request is in doubt.
 */
const RECORD_SIZE = 1024;

export const REQUEST = 1;
export const ANSWER = 2;
export const GOAWAY = 3;

export interface DemoRecord {
  readonly kind: number;
  readonly id: number;
  readonly value: number;
}

/** What the server computes, and what the client checks. */
export function answerTo(value: number): number {
  return Math.imul(value, 0x9e37_79b1) >>> 0;
}

export function encode({ kind, id, value }: DemoRecord): Buffer {
  const bytes = Buffer.alloc(RECORD_SIZE);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32BE(id, 1);
  bytes.writeUInt32BE(value, 5);
  return bytes;
}

function decode(bytes: Buffer, start: number): DemoRecord {
  return {
    kind: bytes.readUInt8(start),
    id: bytes.readUInt32BE(start + 1),
    value: bytes.readUInt32BE(start + 5),
  };
}

/**
 * Bytes to the records in them; errors when the bytes end within one.
 *
 * ```text
 * bytes       12--3---4-12--34|       (a record of four bytes)
 * records()   --------r-----r-|
 * ```
 */
export function records(): OperatorFunction<Buffer, DemoRecord> {
  return (bytes) =>
    defer(() => {
      let rest: Buffer = Buffer.alloc(0);
      const cut = (chunk: Buffer): DemoRecord[] => {
        const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        const whole: DemoRecord[] = [];
        let start = 0;
        for (; start + RECORD_SIZE <= all.length; start += RECORD_SIZE) whole.push(decode(all, start));
        rest = all.subarray(start);
        return whole;
      };
      const complete = defer(() => {
        if (rest.length > 0) throw new Error(`the last record has ${rest.length} of ${RECORD_SIZE} bytes`);
        return EMPTY;
      });
      return concat(bytes.pipe(mergeMap(cut)), complete);
    });
}
