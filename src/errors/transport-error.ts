import type { Endpoint } from '../endpoint/endpoint.ts';
import { errorMeanings, type TransportErrorCode, type TransportPhase } from './error-codes.ts';

// A registered symbol is the same in every copy of this module, where `instanceof` would tell two copies apart.
const BRAND = Symbol.for('rxjs-net.TransportError');

/**
 * What a {@link TransportError} is made from.
 *
 * @public
 */
export interface TransportErrorInit {
  /** What was being done. */
  readonly phase: TransportPhase;
  /** Where, if it is known. */
  readonly endpoint?: Endpoint | undefined;
  /** The `id` of the connection that it is about. */
  readonly connectionId?: string | undefined;
  /** What went wrong in this very case; without it, the meaning of the code is the message. */
  readonly detail?: string | undefined;
  /** The original error, untouched. */
  readonly cause?: unknown;
  /** One error per address, when several addresses of a host were tried. */
  readonly causes?: readonly TransportError[] | undefined;
}

/**
 * The one error type of this library: a closed set of codes, the phase, the endpoint, and the original cause.
 *
 * @example
 * ```ts
 * import { connect, TransportError } from 'rxjs-net';
 *
 * connect('127.0.0.1:1').subscribe({
 *   error: (error: unknown) => {
 *     if (TransportError.is(error)) console.log(error.code); // ERR_CONNECTION_REFUSED
 *   },
 * });
 * ```
 * @public
 */
export class TransportError extends Error {
  /** `TransportError`. */
  override readonly name: string = 'TransportError';
  /** What happened, as one of a closed set. */
  readonly code: TransportErrorCode;
  /** What was being done. */
  readonly phase: TransportPhase;
  /** Where: what was dialled or bound, or the peer of a connection. */
  readonly endpoint?: Endpoint;
  /** The `id` of the connection that it is about, if there was one. */
  readonly connectionId?: string;
  /** What went wrong in this very case, as it stands in the message. */
  readonly detail?: string;
  /** One error per address that was tried, when there was more than one (see Happy Eyeballs, RFC 8305). */
  readonly causes: readonly TransportError[];

  /** Writes its message: what was being done, where, what happened, and what to do. */
  constructor(code: TransportErrorCode, init: TransportErrorInit) {
    const { phase, endpoint, connectionId, detail, cause, causes = [] } = init;
    const where = endpoint === undefined ? phase : `${phase} ${endpoint}`;
    const what = detail === undefined ? errorMeanings[code] : `${detail}: ${errorMeanings[code]}`;
    super(`${where}: ${what} (${code})`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.phase = phase;
    if (endpoint !== undefined) this.endpoint = endpoint;
    if (connectionId !== undefined) this.connectionId = connectionId;
    if (detail !== undefined) this.detail = detail;
    this.causes = causes;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Recognises a TransportError, also one that another loaded copy of this library (ESM beside CJS) has made. */
  static is(value: unknown): value is TransportError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
