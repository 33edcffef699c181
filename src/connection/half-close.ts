/** How long the write side lives on after the peer's FIN. */
export type HalfCloseMode = 'until ended here' | 'while sending' | 'not at all';

/**
 * Who opened the connection: an accepted one answers after the peer's FIN, for a dialled one it is over (rule 12).
 *
 * @public
 */
export type ConnectionRole = 'accepted' | 'dialled';

/**
 * What the peer's FIN means for our own side.
 *
 * ```text
 *                     FIN of the peer              the last send is over
 *   until ended here  ─ nothing ────────────────────────────────────────────▶ end() is up to the user
 *   while sending     ─ nothing while somebody sends ──────────────────▶ end
 *   not at all        ─ unfinished sends err with ERR_PEER_ENDED ─▶ end
 * ```
 */
export function halfCloseMode(role: ConnectionRole, allowHalfOpen: boolean | undefined): HalfCloseMode {
  if (allowHalfOpen === undefined) return role === 'accepted' ? 'while sending' : 'not at all';
  return allowHalfOpen ? 'until ended here' : 'not at all';
}
