import {
  catchError,
  concat,
  defer,
  delay,
  finalize,
  interval,
  merge,
  mergeMap,
  NEVER,
  of,
  retry,
  Subject,
  switchMap,
  take,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { framed, idleTimeout, jsonLines, serve, type BindOptions, type Codec } from 'rxjs-net';
import {
  connectionDouble,
  explore,
  SimulatedNetwork,
  SimulationScheduler,
  type Scenario,
  type SimulatedHost,
} from 'rxjs-net/testing';
import { rpcClient, type RpcClient } from '../../examples/reactive-rpc/client.ts';
import type { Reply, Request } from '../../examples/reactive-rpc/protocol.ts';
import { rpcHandler, type Methods, type RpcHandlerOptions } from '../../examples/reactive-rpc/server.ts';
import { run } from './program.ts';

/** Serves the methods on a host, until it is to drain. */
function server(
  host: SimulatedHost,
  methods: Methods,
  options: RpcHandlerOptions & Pick<BindOptions, 'until' | 'allowHalfOpen'> = {},
  silence = Infinity,
): Observable<unknown> {
  const { until, allowHalfOpen, ...own } = options;
  return host
    .transport({ port: 7000, until, allowHalfOpen })
    .listen()
    .pipe(
      idleTimeout(silence, own.scheduler),
      framed(jsonLines<Request, Reply>()),
      serve(rpcHandler(methods, own), { completeOnDrain: false }),
    );
}

function world(): {
  readonly scheduler: SimulationScheduler;
  readonly network: SimulatedNetwork;
  readonly host: SimulatedHost;
  /** Runs what uses a client, on a host of its own. */
  readonly use: (work: (rpc: RpcClient) => Observable<unknown>) => void;
} {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, latency: 10 });
  const caller = network.host('client');
  return {
    scheduler,
    network,
    host: network.host('server'),
    use: (work) => {
      caller.run(() => connected(network, caller).pipe(switchMap(work)));
    },
  };
}

function connected({ scheduler, random }: SimulatedNetwork, host: SimulatedHost): Observable<RpcClient> {
  const dial = host
    .transport({ connectTimeout: 2000 })
    .connect('server:7000')
    .pipe(framed(jsonLines<Reply, Request>()));
  return rpcClient(dial, { scheduler, random, initial: 100, max: 1000 });
}

/** What a server with lines of 300 bytes says to a call, as it may come over a wire. */
function answersTo(methods: Methods, call: object): unknown[] {
  const { scheduler, network, host } = world();
  const caller = network.host('client');
  const narrow: Codec<Request, Reply> = {
    decoder: jsonLines<Request>().decoder,
    encode: jsonLines<Reply>({ maxFrameLength: 300 }).encode,
  };
  host.run(() =>
    host
      .transport({ port: 7000 })
      .listen()
      .pipe(framed(narrow), serve(rpcHandler(methods, { scheduler }), { completeOnDrain: false })),
  );
  const answers: unknown[] = [];
  caller.run(() =>
    caller
      .transport()
      .connect('server:7000')
      .pipe(
        framed(jsonLines()),
        mergeMap((connection) =>
          merge(
            connection.send([{ kind: 'call', id: 1, method: 'any', argument: null, ...call }]),
            connection.received,
          ),
        ),
        tap((answer) => answers.push(answer)),
      ),
  );
  scheduler.advance(1000);
  return answers;
}

const codeOf = <T>(call: Observable<T>): Observable<T | string> =>
  call.pipe(catchError((error: unknown) => of(String(Reflect.get(Object(error) as object, 'code')))));

describe('examples/reactive-rpc', () => {
  it('answers calls and streams, and says what is wrong with others', () => {
    const { scheduler, host, use } = world();
    const methods: Methods = {
      add: (argument) => [(argument as readonly number[]).reduce((sum, n) => sum + n, 0)],
      later: () => Promise.resolve('never in virtual time'),
      clock: () => interval(100, scheduler).pipe(take(3)),
      fails: () => throwError(() => new Error('no')),
      throws: () => {
        throw new TypeError('not even that');
      },
    };
    host.run(() => server(host, methods));
    const answers: unknown[] = [];
    use((rpc) =>
      concat(
        rpc.call('add', [20, 22]),
        rpc.call('clock'),
        codeOf(rpc.call('nothing')),
        codeOf(rpc.call('toString')),
        codeOf(rpc.call('fails')),
        codeOf(rpc.call('throws')),
      ).pipe(tap((answer) => answers.push(answer))),
    );
    scheduler.advance(2000);
    expect(answers).toEqual([42, 0, 1, 2, 'NOT_FOUND', 'NOT_FOUND', 'FAILED', 'FAILED']);
  });

  it('cancels at the server what the client unsubscribes from', () => {
    const { scheduler, host, use } = world();
    const log: string[] = [];
    const ticks = (): Observable<number> =>
      interval(100, scheduler).pipe(
        finalize(() => {
          log.push(`cancelled at ${scheduler.now()}`);
        }),
      );
    host.run(() => server(host, { ticks }));
    use((rpc) =>
      rpc.call('ticks').pipe(
        take(2),
        tap((tick) => log.push(`tick ${String(tick)}`)),
      ),
    );
    scheduler.advance(10_000);
    // The second tick is sent at 230 and comes at 240; the word of the client takes as long.
    expect(log).toEqual(['tick 0', 'tick 1', 'cancelled at 250']);
  });

  it.each([
    // The client cancels, and the server hears of it; or it does not, and has the deadline itself.
    ['the client says so', false, 'server at 510'],
    ['nobody can tell it', true, 'server at 530'],
  ])('gives up at the deadline, and the server with it, when %s', (_, isParted, expected) => {
    const { scheduler, network, host, use } = world();
    const log: string[] = [];
    const never = (): Observable<never> =>
      NEVER.pipe(
        finalize(() => {
          log.push(`server at ${scheduler.now()}`);
        }),
      );
    host.run(() => server(host, { never }, { scheduler }));
    use((rpc) =>
      codeOf(rpc.call('never', undefined, { deadline: 500 })).pipe(
        tap((code) => log.push(`client at ${scheduler.now()}: ${String(code)}`)),
      ),
    );
    scheduler.advance(100);
    if (isParted) network.partition(host, network.host('client'));
    scheduler.advance(1000);
    expect(log).toEqual(['client at 500: DEADLINE_EXCEEDED', expected]);
  });

  it.each([NaN, Infinity, -Infinity, -1, 2 ** 31])(
    'refuses a deadline of %d ms, and calls nobody',
    (deadline) => {
      const { scheduler, network, host, use } = world();
      host.run(() => server(host, { any: () => [1] }));
      const answers: unknown[] = [];
      use((rpc) => codeOf(rpc.call('any', 'thing', { deadline })).pipe(tap((code) => answers.push(code))));
      scheduler.advance(1000);
      expect(answers).toEqual(['INVALID_DEADLINE']);
      expect(network.trace.toString()).not.toContain('call');
    },
  );

  it('takes the longest deadline that a timer can wait', () => {
    const { scheduler, host, use } = world();
    host.run(() => server(host, { slow: () => of('done').pipe(delay(5000, scheduler)) }, { scheduler }));
    const answers: unknown[] = [];
    use((rpc) =>
      rpc.call('slow', undefined, { deadline: 2 ** 31 - 1 }).pipe(tap((answer) => answers.push(answer))),
    );
    scheduler.advance(10_000);
    expect(answers).toEqual(['done']);
  });

  it.each([null, -1, 2 ** 31, '500', {}])(
    'answers a call that comes with a deadline of %j, that it is none',
    (deadline) => {
      expect(answersTo({ any: () => [1] }, { deadline })).toEqual([
        {
          kind: 'error',
          id: 1,
          code: 'INVALID_DEADLINE',
          message: expect.stringContaining('0 to 2147483647') as unknown,
        },
      ]);
    },
  );

  it.each([
    ['a failure', 'FAILED', 'any', 'Error: xxx'],
    ['a name that it does not know', 'NOT_FOUND', 'y'.repeat(900), 'there is no method yyy'],
  ])('says as much as there is room for of %s', (_what, code, method, beginning) => {
    const long = new Error('x'.repeat(1000));
    const [reply] = answersTo({ any: () => throwError(() => long) }, { method });
    expect(reply).toEqual({
      kind: 'error',
      id: 1,
      code,
      message: expect.stringContaining(beginning) as unknown,
    });
  });

  it.each([
    ['at its FIN, with allowHalfOpen: false', 'server at 110', { allowHalfOpen: false }, Infinity, undefined],
    ['after a silence, with idleTimeout', 'server at 1030', {}, 1000, undefined],
    ['at the deadline of the call', 'server at 2030', {}, Infinity, 2000],
    ['never, without any of these', 'server goes on', {}, Infinity, undefined],
  ])(
    'gives up what a client had called that has sent FIN, and reads on, %s',
    (_when, expected, options, silence, deadline) => {
      const { scheduler, network, host } = world();
      const log: string[] = [];
      const never = (): Observable<never> =>
        NEVER.pipe(
          finalize(() => {
            log.push(`server at ${scheduler.now()}`);
          }),
        );
      host.run(() => server(host, { never }, { ...options, scheduler }, silence));
      const caller = network.host('client');
      caller.run(() =>
        caller
          .transport()
          .connect('server:7000')
          .pipe(
            framed(jsonLines()),
            mergeMap((connection) => {
              connection.write({ kind: 'call', id: 1, method: 'never', argument: null, deadline });
              return timer(80, scheduler).pipe(
                tap(() => {
                  connection.end();
                }),
              );
            }),
            codeOf,
          ),
      );
      scheduler.advance(600_000);
      if (log.length === 0) log.push('server goes on');
      expect(log).toEqual([expected]);
    },
  );

  it('refuses more calls at a time than it is to run', () => {
    const { scheduler, host, use } = world();
    host.run(() => server(host, { slow: () => of('done').pipe(delay(1000, scheduler)) }, { maxCalls: 2 }));
    const answers: unknown[] = [];
    use((rpc) =>
      merge(...[1, 2, 3].map(() => codeOf(rpc.call('slow')))).pipe(tap((answer) => answers.push(answer))),
    );
    scheduler.advance(5000);
    expect(answers).toEqual(['BUSY', 'done', 'done']);
  });

  it('fails calls when the connection is lost, and makes the next over a new one', () => {
    const { scheduler, network, host, use } = world();
    host.run(() => server(host, { echo: (argument) => of(argument).pipe(delay(100, scheduler)) }));
    const log: string[] = [];
    use((rpc) =>
      timer(0, 1000, scheduler).pipe(
        take(4),
        mergeMap((n) => codeOf(rpc.call('echo', n))),
        tap((answer) => log.push(`${scheduler.now()}: ${String(answer)}`)),
      ),
    );
    scheduler.advance(1050);
    network.crash(host);
    scheduler.advance(1500);
    network.restart(host);
    scheduler.advance(10_000);
    // The third waits for a connection.
    expect(log.slice(0, 2)).toEqual(['140: 0', '1060: UNAVAILABLE']);
    expect(log.slice(2).map((line) => line.replace(/.*: /u, ''))).toEqual(['2', '3']);
  });

  it('makes a call that failed, and is made again at once, over the next connection', () => {
    const { scheduler, network, host, use } = world();
    host.run(() => server(host, { echo: (argument) => of(argument).pipe(delay(100, scheduler)) }));
    const answers: unknown[] = [];
    use((rpc) =>
      rpc.call('echo', 'hello').pipe(
        retry({ count: 1 }),
        tap((answer) => answers.push(answer)),
      ),
    );
    scheduler.advance(50);
    network.crash(host);
    network.restart(host);
    scheduler.advance(5000);
    expect(answers).toEqual(['hello']);
  });

  it('refuses calls once the client has ended, and those that wait for a connection', () => {
    const clients: RpcClient[] = [];
    const using = rpcClient(NEVER).subscribe((rpc) => clients.push(rpc));
    const codes: unknown[] = [];
    const call = (): void => {
      merge(...clients.map((rpc) => codeOf(rpc.call('any').pipe(retry({ count: 1 }))))).subscribe((code) =>
        codes.push(code),
      );
    };
    call();
    expect(codes).toEqual([]);
    using.unsubscribe();
    call();
    expect(codes).toEqual(['CLOSED', 'CLOSED']);
  });

  it('refuses calls once the client has given up dialling', () => {
    const clients: RpcClient[] = [];
    const codes: unknown[] = [];
    const dial = throwError(() => new Error('nobody listens'));
    const ended = codeOf(rpcClient(dial, { retryable: () => false }).pipe(tap((rpc) => clients.push(rpc))));
    ended.subscribe();
    merge(...clients.map((rpc) => codeOf(rpc.call('any')))).subscribe((code) => codes.push(code));
    expect(codes).toEqual(['CLOSED']);
  });

  it('dials once for a server that says goaway twice', () => {
    const dials: Subject<Reply>[] = [];
    const dial = defer(() => {
      const received = new Subject<Reply>();
      dials.push(received);
      return concat(of(connectionDouble<Reply, Request>({ received, role: 'dialled' })), NEVER);
    });
    const using = rpcClient(dial)
      .pipe(mergeMap((rpc) => rpc.call('first')))
      .subscribe();
    dials[0]?.next({ kind: 'goaway' });
    dials[0]?.next({ kind: 'goaway' });
    expect(dials).toHaveLength(2);
    using.unsubscribe();
  });

  it.each([undefined, false])(
    'loses no call when a server drains and another one takes over, with allowHalfOpen %s',
    (allowHalfOpen) => {
      const { scheduler, network, host, use } = world();
      const drain = new Subject<void>();
      const echo = (argument: unknown): Observable<unknown> => of(argument).pipe(delay(400, scheduler));
      host.run(() => concat(server(host, { echo }, { until: drain, allowHalfOpen }), server(host, { echo })));
      const answers: unknown[] = [];
      use((rpc) =>
        timer(0, 50, scheduler).pipe(
          take(60),
          mergeMap((n) => rpc.call('echo', n)),
          tap((answer) => answers.push(answer)),
        ),
      );
      scheduler.advance(1000);
      drain.next();
      scheduler.advance(20_000);
      expect([...answers].sort((one, other) => Number(one) - Number(other))).toEqual(
        Array.from({ length: 60 }, (_, n) => n),
      );
      expect(network.trace.toString()).toContain('goaway');
    },
  );

  it('pulls a generator only as fast as the client reads', () => {
    const { scheduler, network, host, use } = world();
    let pulled = 0;
    function* numbers(): Generator<string> {
      for (;;) {
        pulled += 1;
        yield 'x'.repeat(1000);
      }
    }
    network.slowReader(network.host('client'), 10_000);
    host.run(() => server(host, { numbers }));
    use((rpc) => rpc.call('numbers'));
    scheduler.advance(20_000);
    expect(pulled).toBeGreaterThan(200);
    expect(pulled).toBeLessThan(1000);
  });

  it('ends every call, whatever happens: with its answer or with an error', async () => {
    const scenario: Scenario = (network) => {
      const [host, caller] = [network.host('server'), network.host('client')];
      const { scheduler } = network;
      let [made, ended, wrong] = [0, 0, 0];
      host.run(() =>
        server(host, { echo: (argument) => of(argument).pipe(delay(200, scheduler)) }, { scheduler }),
      );
      caller.run(() =>
        connected(network, caller).pipe(
          switchMap((rpc) =>
            timer(0, 500, scheduler).pipe(
              take(40),
              mergeMap((n) => {
                made += 1;
                return codeOf(rpc.call<number>('echo', n, { deadline: 5000 })).pipe(
                  tap((answer) => {
                    if (typeof answer === 'number' && answer !== n) wrong += 1;
                  }),
                  finalize(() => (ended += 1)),
                );
              }),
            ),
          ),
        ),
      );
      return {
        always: { 'no answer is that of another call': () => wrong === 0 },
        eventually: { 'every call has ended': () => made > 0 && ended === made },
      };
    };
    const tried = await explore(scenario, { seeds: 30, duration: 30_000, quiet: 60_000 });
    expect(tried.connections).toBeGreaterThan(30);
  });

  it('runs on real sockets', async () => {
    const program = run('examples/reactive-rpc/main.ts');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines).toEqual(['42', 'tick 0', 'tick 1', 'tick 2']);
  });
});
