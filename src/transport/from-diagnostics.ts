import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { fromEventPattern, type Observable } from 'rxjs';
import type { DiagnosticsMessages } from './transport-channels.ts';

/**
 * What one of the {@link DiagnosticsMessages | diagnostics channels} tells, while it is subscribed. Hot, and without an end.
 *
 * ```text
 * connections of this process     a------b---a'---c---b'
 * 'rxjs-net:connection:open'      a------b--------c-----
 * 'rxjs-net:connection:close'     -----------a'-------b'
 * ```
 *
 * The name is that of a channel of `node:diagnostics_channel`, which can be subscribed as well where there is no RxJS.
 *
 * @example
 * ```ts
 * import { fromDiagnostics, openConnection } from 'rxjs-net';
 *
 * fromDiagnostics('rxjs-net:connection:close').subscribe(({ summary }) => {
 *   console.log(summary.bytesWritten, summary.error?.code); // 6 undefined
 * });
 *
 * const connection = await openConnection('127.0.0.1:7000');
 * connection.write('hello\n');
 * await connection.close();
 * ```
 * @see The Node manual on `diagnostics_channel`, and RxJS' `fromEvent`
 * @public
 */
export function fromDiagnostics<Name extends keyof DiagnosticsMessages>(
  name: Name,
): Observable<DiagnosticsMessages[Name]> {
  return fromEventPattern(
    (listener) => {
      subscribe(name, listener);
    },
    (listener) => {
      unsubscribe(name, listener);
    },
    // Node gives the name besides, and RxJS would make a list of the two.
    (message: DiagnosticsMessages[Name]) => message,
  );
}
