// An echo server in a process with few file descriptors. It prints its endpoint, then each refusal.
import { bind, serve } from '../../src/index.ts';

bind('127.0.0.1:0').subscribe(({ endpoint, connections, refused }) => {
  refused.subscribe(({ error }) => {
    process.stdout.write(`refused ${error.code}\n`);
  });
  connections.pipe(serve(({ received }) => received)).subscribe();
  process.stdout.write(`${endpoint}\n`);
});
process.on('disconnect', () => {
  process.exit(0);
});
