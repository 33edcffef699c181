/** How many connections attack, and how the server defends itself. */
export const ATTACKERS = 5_000;
export const IDLE_TIMEOUT = 5_000;
export const FRAME_TIMEOUT = 8_000;
export const MAX_FRAME_LENGTH = 1_024;
export const CLOSE_TIMEOUT = 1_000;

export const kinds = ['silent', 'stalled', 'trickling', 'endless', 'ended'] as const;

export type Attack = (typeof kinds)[number];

/** How an attacker behaves, and how many milliseconds after it has begun it has to be gone. The last two begin when all are there. */
export const attacks: Readonly<Record<Attack, { readonly deadline: number }>> = {
  /** Dials and says nothing. */
  silent: { deadline: IDLE_TIMEOUT },
  /** Begins a line and says nothing more. */
  stalled: { deadline: IDLE_TIMEOUT },
  /** A byte of a line every 500 ms, which never ends: it is not idle, and too slow. */
  trickling: { deadline: FRAME_TIMEOUT },
  /** 64 bytes every 100 ms, and no end of the line: over the limit after 1.7 s. */
  endless: { deadline: (MAX_FRAME_LENGTH / 64 + 1) * 100 },
  /** Ends its side in the middle of a line. */
  ended: { deadline: CLOSE_TIMEOUT },
};
