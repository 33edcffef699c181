import { firstValueFrom } from 'rxjs';
import { serve } from '../../src/index.ts';
import { startServer } from '../loopback.ts';
import { run } from './run.ts';

describe('one server', () => {
  it('has 10,000 connections open at once, echoes on each, and all are closed cleanly (rule 14)', async () => {
    const { server, stop } = await startServer({ backlog: 4096 });
    let open = 0;
    let most = 0;
    let clean = 0;
    server.connections.subscribe((connection) => {
      open += 1;
      most = Math.max(most, open);
      connection.closed.subscribe(() => (open -= 1));
    });
    server.connections
      .pipe(serve(({ received }) => received))
      .subscribe(({ error }) => (clean += error === undefined ? 1 : 0));
    const { exit, stdout, stderr } = await run('crowd.program.ts', server.endpoint, '10000');
    expect([stderr, stdout, exit]).toEqual(['', 'open 10000\nechoed 10000\nclean 10000\n', 0]);
    expect([most, open, clean]).toEqual([10_000, 0, 10_000]);
    await stop();
    expect((await firstValueFrom(server.closed)).forced).toBe(0);
  }, 60_000);
});
