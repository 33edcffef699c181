import { concat, map, NEVER, skip } from 'rxjs';
import type { Endpoint } from '../../../../src/index.ts';
import type { Faults } from './fault.ts';
import { heardByChance } from './heard-by-chance.ts';

/** What a connection tells of itself. */
export const stateFaults: Faults = {
  'tells changes, and not the present state': {
    connection: ({ congested, traffic }) => ({
      congested: congested.pipe(skip(1)),
      traffic: traffic.pipe(skip(1)),
    }),
  },
  'never completes what it tells of itself': {
    connection: ({ congested, traffic, draining }) => ({
      congested: concat(congested, NEVER),
      traffic: concat(traffic, NEVER),
      draining: concat(draining, NEVER),
    }),
  },
  'tells of the end only those who listen then': {
    connection: ({ closed }) => ({ closed: heardByChance(closed) }),
    server: ({ closed }) => ({ closed: heardByChance(closed) }),
  },
  'tells no error in the summary': {
    connection: ({ closed }) => ({
      closed: closed.pipe(
        map(({ bytesRead, bytesWritten, bytesDiscarded, writesRefused, duration }) => ({
          bytesRead,
          bytesWritten,
          bytesDiscarded,
          writesRefused,
          duration,
        })),
      ),
    }),
  },
  'tells the duration in seconds': {
    connection: ({ closed }) => ({
      closed: closed.pipe(map((summary) => ({ ...summary, duration: summary.duration / 1_000 }))),
    }),
  },
  'keeps its endpoint when all is over': {
    transport: (transport) => {
      let endpoint: Endpoint | undefined;
      return {
        get endpoint() {
          return (endpoint = transport.endpoint ?? endpoint);
        },
      };
    },
  },
  'takes its own address for that of its peer': {
    connection: ({ local }) => ({ remote: local }),
  },
};
