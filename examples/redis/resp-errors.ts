import { TransportError } from 'rxjs-net';

/** These bytes are no RESP. */
export function invalid(detail: string): TransportError {
  return new TransportError('ERR_INVALID_FRAME', { phase: 'read', detail });
}

/** They may be, and are more than this side wants to keep. */
export function tooLong(detail: string): TransportError {
  return new TransportError('ERR_FRAME_TOO_LONG', { phase: 'read', detail });
}

export function truncated(bytes: number): TransportError {
  const detail = `the stream ended ${bytes} bytes into a value`;
  return new TransportError('ERR_FRAME_TRUNCATED', { phase: 'read', detail });
}

/** RESP has no way to say this value. */
export function unsayable(detail: string): TransportError {
  return new TransportError('ERR_INVALID_MESSAGE', { phase: 'write', detail });
}
