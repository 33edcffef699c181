import { TransportError } from 'rxjs-net';
import type { Habits } from './rpc-client.ts';

/** Three clients that work well, until the network does not. */
export const bugs: Readonly<Record<'givesUp' | 'paysTwice' | 'hangs', Habits>> = {
  /** It knows how a server goes away, and not how a network does: a time-out is no error of a connection. */
  givesUp: {
    redialsAfter: (error) =>
      TransportError.is(error) &&
      ['ERR_CONNECTION_RESET', 'ERR_CONNECTION_REFUSED', 'ERR_PEER_ENDED'].includes(error.code),
  },
  /** It numbers what it asks again anew, so that the server takes it for something else. */
  paysTwice: { keepsIds: false },
  /** When it drains, it does not dial any more, though it waits for answers. */
  hangs: { redialsWhileDraining: false },
};
