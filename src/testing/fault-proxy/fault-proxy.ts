import { Observable } from 'rxjs';
import { bind } from '../../transport/bind.ts';
import { readFaultProxyOptions, type FaultProxyOptions } from './fault-proxy-options.ts';
import { RunningFaultProxy, type FaultProxy } from './running-fault-proxy.ts';

/**
 * A TCP proxy that makes the network worse, between real sockets: latency, little bandwidth, stalls, resets, silence, small
 * pieces. Cold: each subscription listens on a socket of its own, and emits the proxy once it does.
 *
 * ```text
 *   client ──▶ endpoint │ upstream:   latency, rate, slice, stall, … ──▶ │ to ──▶ server
 *          ◀──          │ ◀── downstream: latency, rate, slice, stall, … │    ◀──
 *
 * faultProxy     --p--------------
 * connections      ---a--b---c---      p.connections
 * unsubscribe    --p--------!          closes gracefully: what is in transit goes out at once, then FIN to both sides;
 *                                    a reset where bytes are kept back, or were not read
 * ```
 *
 * No byte is changed, or overtakes another; bytes are lost by a reset alone, or beyond `closeAfter`. Half-close and reset pass
 * through (a Unix socket knows no reset: its peer sees an end, or ECONNRESET); the reset of a side that is held back is noticed when
 * the window has room again. Memory is bounded: who outruns a fault is held back once `window` bytes are in
 * transit. Where the server cannot be dialled, the client is reset, and the proxy goes on. TLS passes through as it is.
 *
 * It is what toxiproxy does, without a daemon; each option names the toxic that is alike. Its `down` is to unsubscribe, and to
 * subscribe again, with `listen` the same.
 *
 * Errors: those of `bind`; `ERR_INVALID_OPTION` and `ERR_INVALID_ENDPOINT`; `ERR_UNSUPPORTED` for `to: 'tls://…'`.
 *
 * @example
 * ```ts
 * import { connect } from 'rxjs-net';
 * import { faultProxy } from 'rxjs-net/testing';
 * import { merge, mergeMap, switchMap, take } from 'rxjs';
 *
 * faultProxy({ to: '127.0.0.1:7001', latency: 50, jitter: 20, downstream: { rate: 125_000 } })
 *   .pipe(
 *     switchMap((proxy) => connect(proxy.endpoint)),
 *     mergeMap((connection) => merge(connection.send(['hello\n']), connection.received)),
 *     take(1),
 *   )
 *   .subscribe((chunk) => {
 *     console.log(chunk.toString().trim()); // hello
 *   });
 * ```
 * @see The README of Shopify/toxiproxy
 * @public
 */
export function faultProxy(options: FaultProxyOptions): Observable<FaultProxy> {
  return new Observable((subscriber) => {
    const settings = readFaultProxyOptions(options);
    let running: RunningFaultProxy | undefined;
    // Before the subscription of bind, whose end closes the connections without what is in transit.
    subscriber.add(() => {
      running?.close();
    });
    subscriber.add(
      bind(settings.listen, settings.bindOptions).subscribe({
        next: (server) => {
          running = new RunningFaultProxy(server, settings);
          subscriber.next(running);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      }),
    );
  });
}
