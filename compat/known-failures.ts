/** Something that a runtime does otherwise than Node, and that this library cannot make good cheaply. */
export interface KnownCause {
  readonly runtime: string;
  readonly why: string;
  /** Of which at least one fails for as long as the cause is there. */
  readonly checks: readonly string[];
}

/** What was seen of each stands in docs/decisions/0020-other-runtimes.md. */
export const knownCauses: readonly KnownCause[] = [
  {
    runtime: 'bun',
    why: 'a TLSSocket stays when the socket below it was destroyed before it',
    checks: ['tls: a finalizer of a reader that throws ends its own connection alone'],
  },
  {
    runtime: 'deno',
    why: 'a net.Server over maxConnections emits no drop, so `refused` does not tell of it',
    checks: ['tcp', 'tls', 'unix'].map(
      (medium) =>
        `${medium}: maxConnections refuses who comes when it is full, reports it, and lets in who comes later`,
    ),
  },
  {
    runtime: 'deno',
    why: 'a FIN in the turn in which the connection came up ends reading as well',
    checks: [
      'tcp: reading goes on after the own end',
      'tcp: both sides may end at the same time',
      'tcp: a reader may finish while its connection is closed',
    ],
  },
  {
    runtime: 'deno',
    why: 'node:tls takes whatever is written, without back-pressure',
    checks: [
      '32 MiB over TLS, no faster than they are read',
      'tls: send pulls no faster than the peer reads',
      'tls: serve reads no more of a client than the client reads of the answers',
      // These two only on a busy machine: a `send` that ought to wait is over.
      'tls: unsubscribing from a send stops a source that is pulled, and what was taken arrives',
      'tls: a send that waits for the peer errs when the peer resets',
    ],
  },
  {
    runtime: 'deno',
    why: 'node:tls loses the end of a peer that comes while the socket is paused',
    checks: ['tls: an echo of 2 MiB by serve comes back unharmed'],
  },
];
