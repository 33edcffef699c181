import cluster from 'node:cluster';

/**
 * Whether the primary of a cluster binds and accepts for this process, and hands it connections: so it is in a worker that
 * does not ask for a socket of its own (Node manual, cluster).
 */
export function isSharedByCluster({ exclusive }: { readonly exclusive: boolean }): boolean {
  return cluster.isWorker && !exclusive;
}
