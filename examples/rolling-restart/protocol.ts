import { jsonLines, type Codec } from 'rxjs-net';

/**
 * The protocol: JSON, an object a line.
 *
 * ```text
 * client                       server
 *    │ ◀──────────── hello ────── │   accepted: what is asked from now on is answered
 *    │ ── ask 1 ───────────────▶ │
 *    │ ── ask 2 ───────────────▶ │
 *    │ ◀────────── answer 2 ──── │   in the order in which the answers are ready
 *    │ ◀──────────── goaway ──── │   draining: ask somebody else
 *    │ ── FIN ─────────────────▶ │   nothing more is asked here
 *    │ ◀────────── answer 1 ──── │
 *    │ ◀───────────── FIN ────── │   all that was asked is answered
 * ```
 *
 * Without the hello, a client would ask into a connection that only the kernel, or a proxy, has accepted. Without the FIN,
 * the server would not know whether a request is still on its way. With both, no request is ever in doubt.
 */
export type FromServer = { readonly kind: 'hello' | 'goaway' } | Answer;

export interface Answer {
  readonly kind: 'answer';
  readonly id: number;
}

export interface Ask {
  readonly kind: 'ask';
  /** Never used twice. */
  readonly id: number;
  /** How many milliseconds the answer takes. */
  readonly work: number;
}

export const serverCodec: Codec<Ask, FromServer> = jsonLines<Ask, FromServer>();
export const clientCodec: Codec<FromServer, Ask> = jsonLines<FromServer, Ask>();
