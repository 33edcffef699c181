import { defer, EMPTY, of, tap } from 'rxjs';
import { heardByChance } from './heard-by-chance.ts';
import type { Faults } from './fault.ts';

/** Who comes in. */
export const admissionFaults: Faults = {
  'loses who comes before anybody subscribes to connections': {
    server: ({ connections }) => ({ connections: heardByChance(connections) }),
  },
  'has connections for one subscriber alone': {
    server: ({ connections }) => {
      let isTaken = false;
      const taken = connections.pipe(tap({ subscribe: () => (isTaken = true) }));
      return { connections: defer(() => (isTaken ? EMPTY : taken)) };
    },
  },
  'tells of no open connections': {
    server: () => ({ open: of(new Set<never>()) }),
  },
  'lets everybody in': {
    bindOptions: (options) => ({
      ...options,
      accept: undefined,
      maxConnections: undefined,
      backlog: undefined,
    }),
  },
};
