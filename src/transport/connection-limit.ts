import type { BindSettings } from './bind-options.ts';
import { isSharedByCluster } from './cluster-sharing.ts';
import { WaitingSockets, type WaitingSocketsHost } from './waiting-sockets.ts';

/**
 * Whether net.Server itself counts, and closes those that are too many. In a cluster it gives them back to the primary
 * instead, which hands them to the next worker; and when all are full, they go round without an end, at full speed.
 */
export function isLimitedByNode(settings: BindSettings): boolean {
  return isLimited(settings) && settings.whenFull === 'refuse' && !isSharedByCluster(settings);
}

/** Who counts where net.Server does not; undefined where nobody has to. */
export function waitingSockets(settings: BindSettings, host: WaitingSocketsHost): WaitingSockets | undefined {
  if (!isLimited(settings) || isLimitedByNode(settings)) return undefined;
  const { whenFull, maxConnections, backlog } = settings;
  return new WaitingSockets(maxConnections, whenFull === 'wait' ? backlog : 0, host);
}

function isLimited({ maxConnections }: BindSettings): boolean {
  return maxConnections !== Infinity;
}
