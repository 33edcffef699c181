import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { TransportErrorCode, TransportPhase } from '../errors/error-codes.ts';
import { TransportError } from '../errors/transport-error.ts';

/** What the parts of a connection know of the whole. */
export interface ConnectionContext {
  readonly id: string;
  readonly remote: Endpoint;
  /**
   * A call of a subscriber has thrown. They do not throw by themselves, but their finalizers can, and RxJS throws that at
   * whoever ends them: here it ends this connection, and neither the process nor another connection (rule 15).
   */
  onThrow(cause: unknown): void;
}

/** Runs what calls the subscribers. */
export function callOut(context: Pick<ConnectionContext, 'onThrow'>, action: () => void): void {
  try {
    action();
  } catch (cause) {
    context.onThrow(cause);
  }
}

/** The same stream, whose subscribers cannot harm each other or the connection by how they end. */
export function guarded<T>(context: Pick<ConnectionContext, 'onThrow'>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) =>
      source.subscribe({
        next: (value) => {
          callOut(context, () => {
            subscriber.next(value);
          });
        },
        error: (error: unknown) => {
          callOut(context, () => {
            subscriber.error(error);
          });
        },
        complete: () => {
          callOut(context, () => {
            subscriber.complete();
          });
        },
      }),
    );
}

/** An error of this connection. */
export function errorOf(
  { id, remote }: Pick<ConnectionContext, 'id' | 'remote'>,
  code: TransportErrorCode,
  phase: TransportPhase,
  detail?: string,
  cause?: unknown,
): TransportError {
  return new TransportError(code, { phase, endpoint: remote, connectionId: id, detail, cause });
}

/** What a finalizer of a subscriber threw at this connection. */
export function finalizerError(
  context: Pick<ConnectionContext, 'id' | 'remote'>,
  cause: unknown,
): TransportError {
  return errorOf(context, 'ERR_HANDLER_FAILED', 'handle', 'the end of a subscriber threw', cause);
}

/** The same error, with this connection as its place where it had none: a codec knows of no connection. */
export function located(error: unknown, { id, remote }: Pick<ConnectionContext, 'id' | 'remote'>): unknown {
  if (!TransportError.is(error) || error.connectionId !== undefined) return error;
  const { code, phase, detail, cause } = error;
  return new TransportError(code, {
    phase,
    endpoint: error.endpoint ?? remote,
    connectionId: id,
    detail,
    cause,
  });
}
