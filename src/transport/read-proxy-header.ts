import type { Socket } from 'node:net';
import { Observable } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { LONGEST_LINE } from '../proxy-protocol/parse-version-1.ts';
import { parseProxyHeader } from '../proxy-protocol/parse-proxy-header.ts';
import type { ProxyHeader } from '../proxy-protocol/proxy-header.ts';
import { proxyHeaderError } from '../proxy-protocol/proxy-header-error.ts';

/**
 * Reads the header in front of what the peer says, and leaves the socket paused, with all that is behind it unread.
 *
 * ```text
 * bytes    PROX  Y TCP4 …\r\nGE  T /
 * emits    ------(header|)                 the next to read: GE
 * ```
 *
 * Errors: `ERR_PROXY_HEADER` at the first byte that cannot be one, and where the peer ends before it is whole.
 */
export function readProxyHeader(
  socket: Socket,
  maxLength: number,
  endpoint: Endpoint,
): Observable<ProxyHeader> {
  return new Observable((subscriber) => {
    const chunks: Buffer[] = [];
    let came = 0;
    let needs = 0;
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      came += chunk.length;
      // In its first bytes it can be found out that it is none; behind them, only its length is left to wait for.
      if (came > LONGEST_LINE && came < needs) return;
      const bytes = Buffer.concat(chunks);
      const parsed = parseProxyHeader(bytes, maxLength);
      switch (parsed.kind) {
        case 'incomplete':
          needs = parsed.needs;
          return;
        case 'invalid':
          subscriber.error(proxyHeaderError(parsed.detail, { endpoint }));
          return;
        case 'header': {
          stop();
          if (parsed.length < bytes.length) socket.unshift(bytes.subarray(parsed.length));
          subscriber.next(parsed.header);
          subscriber.complete();
          return;
        }
        default:
          return parsed satisfies never;
      }
    };
    const onEnd = (): void => {
      subscriber.error(proxyHeaderError('the peer ended before its header was whole', { endpoint }));
    };
    const stop = (): void => {
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).pause();
    };
    subscriber.add(stop);
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).resume();
  });
}
