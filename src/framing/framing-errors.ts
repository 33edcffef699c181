import { TransportError } from '../errors/transport-error.ts';

/** Which way the bytes went: `read` by a decoder, `write` by an encoder. */
export type Way = 'read' | 'write';

export function frameTooLong(phase: Way, length: number | string, limit: number): TransportError {
  const detail = `the frame has ${length} bytes, and maxFrameLength is ${limit}`;
  return new TransportError('ERR_FRAME_TOO_LONG', { phase, detail });
}

/** No limit forbids it, but the platform cannot hold that much in one piece. */
export function frameTooLarge(phase: Way, length: number, cause: unknown): TransportError {
  const detail = `the frame has ${length} bytes, and this platform cannot hold that`;
  return new TransportError('ERR_FRAME_TOO_LONG', { phase, detail, cause });
}

export function frameTruncated(came: number): TransportError {
  const detail = `the stream ended ${came} bytes into a frame`;
  return new TransportError('ERR_FRAME_TRUNCATED', { phase: 'read', detail });
}

/** Its length would stand there, and does not. */
export function headTooLong(limit: number): TransportError {
  const detail = `the head of a frame has not said a length within ${limit} bytes, and maxHeadLength is ${limit}`;
  return new TransportError('ERR_FRAME_TOO_LONG', { phase: 'read', detail });
}

export function invalidFrame(detail: string, cause?: unknown): TransportError {
  return new TransportError('ERR_INVALID_FRAME', { phase: 'read', detail, cause });
}

export function invalidMessage(phase: Way, detail: string, cause?: unknown): TransportError {
  return new TransportError('ERR_INVALID_MESSAGE', { phase, detail, cause });
}

export function invalidValue(value: unknown): TransportError {
  const detail = `a value of type ${typeof value} was written`;
  return new TransportError('ERR_INVALID_VALUE', { phase: 'write', detail });
}
