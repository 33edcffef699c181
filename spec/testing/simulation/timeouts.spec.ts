import {
  defer,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  NEVER,
  of,
  retry,
  Subject,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import {
  backoff,
  firstByteTimeout,
  framed,
  idleTimeout,
  lines,
  maxLifetime,
  serve,
} from '../../../src/index.ts';
import { codeOf, world } from './world.ts';

// The time-outs of the library over a whole network, to the millisecond: latency is 10 ms, a handshake takes 20.
describe('the time-outs of the library in a simulated network (rule 18)', () => {
  it('connectTimeout counts resolving and dialling together', () => {
    const { scheduler, network, server, listener, dial, log } = world();
    server.run(() => listener.listen());
    network.dropSyn(server, 4);
    dial(() => of('open'), { connectTimeout: 3_019 });
    dial(() => of('open'), { connectTimeout: 3_021 });
    scheduler.advance(10_000);
    // The third SYN of each goes at 3000, and its answer is there 20 ms later.
    expect(log).toEqual(['3019 dialled: ERR_CONNECT_TIMEOUT', '3020 dialled: open']);
  });

  it('closeTimeout resets a connection whose peer does not answer the FIN', () => {
    const { scheduler, network, client, server, listener, dialler, note, log } = world();
    server.run(() => listener.listen().pipe(serve(() => NEVER)));
    const dialled = dialler.connect('server:7000', { closeTimeout: 3_000 }).subscribe((connection) => {
      connection.closed.subscribe(({ error, duration }) => {
        note(`closed after ${duration}: ${codeOf(error)}`);
      });
    });
    scheduler.advance(100);
    network.partition(client, server);
    dialled.unsubscribe();
    scheduler.advance(10_000);
    expect(log).toEqual(['3100 closed after 3080: ERR_CLOSE_TIMEOUT']);
  });

  it('gracePeriod bounds a drain, and closeTimeout what comes after it', () => {
    const until = new Subject<void>();
    const { scheduler, listener, dial, watch, log } = world(
      {},
      { until, gracePeriod: 2_000, closeTimeout: 500 },
    );
    // It says nothing, does not mind the drain, and does not end.
    const serving = listener.bind().pipe(
      tap(({ connections, closed }) => {
        connections.pipe(mergeMap(({ received }) => received)).subscribe({ error: () => undefined });
        watch('closed', closed, ({ drained, forced }) => `${drained} drained, ${forced} forced`);
      }),
      ignoreElements(),
    );
    watch('server', serving);
    dial(() => NEVER, { allowHalfOpen: true });
    scheduler.advance(1_000);
    until.next();
    scheduler.advance(60_000);
    expect(log).toEqual([
      '3000 server is over',
      '3500 closed: 0 drained, 1 forced',
      '3500 closed is over',
      // The FIN came at 3010, and the RST behind it shows when the connection is looked at: 30 s later.
      '33010 dialled: ERR_CONNECTION_RESET',
    ]);
  });

  it('idleTimeout, firstByteTimeout and maxLifetime end what they watch', () => {
    const { scheduler, server, listener, note, dialler, log } = world();
    server.run(() =>
      listener.listen().pipe(
        firstByteTimeout(300, scheduler),
        idleTimeout(1_000, scheduler),
        maxLifetime(2_000, { jitter: 0, gracePeriod: 100, scheduler }),
        serve(({ received }) => received),
      ),
    );
    const dial = (name: string, every: number): void => {
      dialler
        .connect('server:7000')
        .pipe(
          mergeMap((connection) =>
            merge(
              timer(0, every, scheduler).pipe(
                tap(() => connection.write('x')),
                ignoreElements(),
                takeUntil(connection.closed),
              ),
              connection.received,
            ),
          ),
          ignoreElements(),
        )
        .subscribe({
          error: (error: unknown) => {
            note(`${name}: ${codeOf(error)}`);
          },
          complete: () => {
            note(`${name} is over`);
          },
        });
    };
    dial('idle', 1_500);
    dial('busy', 400);
    dialler.connect('server:7000').subscribe({
      error: (error: unknown) => {
        note(`mute: ${codeOf(error)}`);
      },
    });
    scheduler.advance(10_000);
    expect(log).toEqual([
      '340 mute: ERR_CONNECTION_RESET',
      '1040 idle: ERR_CONNECTION_RESET',
      '2040 busy is over',
    ]);
  });

  it('frameTimeout goes by the clock of the connection, without being told', () => {
    const { scheduler, server, listener, dialler, watch, log } = world();
    server.run(() =>
      listener
        .listen()
        .pipe(mergeMap((connection) => merge(connection.send(['no line']), connection.received))),
    );
    const messages = dialler.connect('server:7000').pipe(
      framed(lines(), { frameTimeout: 5_000 }),
      mergeMap(({ received }) => received),
    );
    watch('dialled', messages);
    scheduler.advance(100_000);
    // The connection was there at 20 ms, and its bytes at 40.
    expect(log).toEqual(['5040 dialled: ERR_FRAME_TIMEOUT']);
  });

  it('backoff redials after a restart, sooner and later as its waits say', () => {
    const { scheduler, network, server, client, listener, note, log } = world();
    server.run(() => listener.listen().pipe(serve(({ received }) => received)));
    client.run(() =>
      defer(() => client.transport().connect('server:7000', { connectTimeout: 1_000 })).pipe(
        tap(() => {
          note('open');
        }),
        mergeMap(({ received }) => received),
        tap({
          error: (error: unknown) => {
            note(codeOf(error));
          },
        }),
        retry({ delay: backoff({ initial: 100, max: 400, jitter: 0, scheduler }) }),
        finalize(() => {
          note('left');
        }),
      ),
    );
    scheduler.advance(1_000);
    network.crash(server);
    network.dropSyn(server);
    scheduler.advance(4_000);
    network.dropSyn(server, 0);
    network.restart(server);
    scheduler.advance(2_000);
    expect(log).toEqual([
      '20 open',
      '1010 ERR_CONNECTION_RESET',
      '2110 ERR_CONNECT_TIMEOUT',
      '3310 ERR_CONNECT_TIMEOUT',
      '4710 ERR_CONNECT_TIMEOUT',
      '5130 open',
    ]);
  });
});
