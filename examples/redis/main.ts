/**
 * A server that speaks RESP2, the protocol of Redis: enough for redis-cli, redis-benchmark and client libraries.
 *
 *   npx tsx examples/redis/main.ts                              listens on 127.0.0.1:6379
 *   redis-cli                                                   set greeting hello, get greeting, incr visits, quit
 *   redis-benchmark -P 16 -t ping,set,get,incr                  what it carries
 *   nc 127.0.0.1 6379                                           type PING, or what is no command
 *   Ctrl-C                                                      what was asked is answered before the server exits
 *
 * Another endpoint may follow the file: 127.0.0.1:0 lets the system choose a port, unix:/tmp/redis.sock is a Unix socket
 * (redis-cli -s /tmp/redis.sock). Nothing is kept on a disk.
 */
import { switchMap } from 'rxjs';
import { bind, framed, serve } from 'rxjs-net';
import { fail } from '../fail.ts';
import { stopSignal } from '../stop-signal.ts';
import { resp } from './resp.ts';
import { redisHandler } from './server.ts';
import { Store } from './store.ts';

const [endpoint = '127.0.0.1:6379'] = process.argv.slice(2);
const store = new Store();

bind(endpoint, { until: stopSignal })
  .pipe(
    switchMap((server) => {
      console.log(`listening on ${server.endpoint}`);
      return server.connections.pipe(framed(resp({ inline: true })), serve(redisHandler(store)));
    }),
  )
  .subscribe({
    next: ({ connection, error }) => {
      if (error !== undefined) console.error(`${connection.remote}: ${error.message}`);
    },
    error: fail,
  });
