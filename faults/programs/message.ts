import { createHash } from 'node:crypto';
import { lengthPrefixed, serialized, type Codec } from '../../src/index.ts';

const KINDS = ['hello', 'note', 'request', 'answer', 'bulk', 'end', 'reset'] as const;

/** What both ends say to each other. */
export interface Message {
  /**
   * A note goes one way and is not answered; bulk is a note that is pulled, with a sequence of its own. The last two ask the
   * server to do that.
   */
  readonly kind: (typeof KINDS)[number];
  /** Counts the messages of one direction of one connection, from 0. */
  readonly sequence: number;
  /** Of a hello the connection's number, of a request and its answer the request's. */
  readonly id: number;
  /** Of an answer: how many messages the server has had on this connection. Of a request: the notes that it wants. */
  readonly acknowledged: number;
  readonly payload: Buffer;
}

const HEADER = 17;
const PREFIX = 4;

/** Messages with a checksum over all of each; one that is wrong fails the connection with ERR_INVALID_MESSAGE. */
export const messages: Codec<Message> = serialized(lengthPrefixed({ bytes: PREFIX }), { encode, decode });

/** A message as it stands on the wire, for who writes the bytes by hand. */
export function frameOf(message: Message): Buffer {
  const body = encode(message);
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

function encode({ kind, sequence, id, acknowledged, payload }: Message): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + payload.length);
  bytes.writeUInt32BE(sequence, 4);
  bytes.writeUInt32BE(id, 8);
  bytes.writeUInt32BE(acknowledged, 12);
  bytes.writeUInt8(KINDS.indexOf(kind), 16);
  payload.copy(bytes, HEADER);
  bytes.writeUInt32BE(checksum(bytes.subarray(4)), 0);
  return bytes;
}

function decode(bytes: Buffer): Message {
  const kind = KINDS[bytes.readUInt8(16)];
  if (kind === undefined || checksum(bytes.subarray(4)) !== bytes.readUInt32BE(0)) {
    throw new Error('the checksum is wrong');
  }
  return {
    kind,
    sequence: bytes.readUInt32BE(4),
    id: bytes.readUInt32BE(8),
    acknowledged: bytes.readUInt32BE(12),
    payload: bytes.subarray(HEADER),
  };
}

function checksum(bytes: Buffer): number {
  return createHash('sha1').update(bytes).digest().readUInt32BE(0);
}

/** What only who has had the request can answer. */
export function proofOf(payload: Buffer): Buffer {
  return createHash('sha1').update('answer').update(payload).digest();
}
