import {
  concat,
  defer,
  delay,
  EMPTY,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  take,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Connection } from '../../../src/connection/connection.ts';
import { serve } from '../../../src/index.ts';
import { SimulatedNetwork, type SimulatedNetworkOptions } from '../../../src/testing/index.ts';
import { Machine } from '../../../src/testing/simulation/machine.ts';
import { AT, codeOf, world } from './world.ts';

const echo = ({ received }: Connection): Observable<Buffer> => received;
const swallow = ({ received }: Connection): Observable<never> => received.pipe(ignoreElements());
const bytesOf = (text: Buffer): number => text.length;

describe('SimulatedNetwork', () => {
  describe('connects', () => {
    it('after a handshake, and carries bytes after the latency', () => {
      const { scheduler, server, listener, dial, log } = world();
      server.run(() => listener.listen().pipe(serve(echo)));
      dial((connection) => merge(connection.send(['hello']), connection.received));
      scheduler.advance(1000);
      // SYN, SYN ACK, the word, its echo.
      expect(log).toEqual(['40 dialled: hello']);
    });

    it('not where nobody listens, and says so after a round trip', () => {
      const { scheduler, dial, log } = world();
      dial(() => NEVER);
      scheduler.advance(1000);
      expect(log).toEqual(['20 dialled: ERR_CONNECTION_REFUSED']);
    });

    it('at the next SYN, a second later, when the first is dropped', () => {
      const { scheduler, network, server, listener, dial, log } = world();
      server.run(() => listener.listen());
      network.dropSyn(server, 1);
      dial(() => of('open'));
      scheduler.advance(4000);
      expect(log).toEqual(['1020 dialled: open']);
    });

    it('not in time, when every SYN is dropped, the backlog is full, or the way is blocked', () => {
      for (const cut of ['dropSyn', 'backlogFull', 'partition'] as const) {
        const { scheduler, network, client, server, listener, dial, log } = world();
        server.run(() => listener.listen());
        if (cut === 'partition') network.partition(client, server);
        else network[cut](server);
        dial(() => NEVER);
        scheduler.advance(10_000);
        expect(log).toEqual(['5000 dialled: ERR_CONNECT_TIMEOUT']);
      }
    });

    it('not at all after seven SYN, when it is left to the system', () => {
      const { scheduler, network, server, listener, dial, log } = world();
      server.run(() => listener.listen());
      network.backlogFull(server);
      dial(() => NEVER, { connectTimeout: Infinity });
      scheduler.flush();
      expect(log).toEqual(['127000 dialled: ERR_CONNECT_TIMEOUT']);
    });

    it('once, when the answer to its SYN takes longer than the next SYN', () => {
      const { scheduler, server, listener, dial, log, note } = world({ latency: 800 });
      server.run(() => listener.listen().pipe(tap(({ remote }) => note(`accepted ${remote}`))));
      dial(() => of('open'));
      scheduler.advance(4000);
      expect(log).toEqual(['1600 dialled: open', '2400 accepted 10.0.0.1:49152']);
    });

    it('by a name that resolves again, or elsewhere', () => {
      const { scheduler, network, server, listener, dial, log, dialler, watch } = world();
      server.run(() => listener.listen());
      network.resolution('server', 'EAI_AGAIN');
      dial(() => NEVER);
      scheduler.advance(10);
      network.resolution('server', 'normal');
      dial(() => of('open'));
      watch('unknown', dialler.connect('nobody:1'));
      network.resolution('db.example', { address: server.address });
      watch('alias', dialler.connect('db.example:7000'), ({ remote }) => remote);
      scheduler.advance(1000);
      expect(log).toEqual([
        '0 dialled: ERR_HOST_NOT_FOUND',
        '10 unknown: ERR_HOST_NOT_FOUND',
        '30 dialled: open',
        '30 alias: 10.0.0.2:7000',
      ]);
    });

    it('within a host at once, by localhost too where all addresses are listened to', () => {
      const { scheduler, server, listener, watch, log } = world({}, { host: '0.0.0.0' });
      server.run(() => listener.listen());
      watch('local', server.transport().connect('localhost:7000'), () => 'open');
      scheduler.advance(10);
      expect(log).toEqual(['0 local: open']);
    });
  });

  describe('listens', () => {
    it('at one port only once, and again after that is given back (rule 5)', () => {
      const { scheduler, listener, server, watch, log } = world();
      const first = listener.bind().subscribe();
      watch('second', server.transport({ port: 7000 }).bind());
      scheduler.advance(10);
      first.unsubscribe();
      watch('third', server.transport({ port: 7000 }).bind(), ({ endpoint }) => endpoint);
      scheduler.advance(10);
      expect(log).toEqual(['0 second: ERR_ADDRESS_IN_USE', '10 third: 10.0.0.2:7000']);
    });

    it('at a free port of its own address, and not at that of another host', () => {
      const { scheduler, server, client, watch, log } = world();
      watch('any', server.transport().bind(), ({ endpoint }) => endpoint);
      watch('all', server.transport({ host: '0.0.0.0' }).bind(), ({ endpoint }) => endpoint);
      watch('other', server.transport({ host: client.address }).bind());
      scheduler.advance(10);
      expect(log).toEqual([
        '0 any: 10.0.0.2:49152',
        '0 all: 0.0.0.0:49153',
        '0 other: ERR_ADDRESS_NOT_AVAILABLE',
      ]);
    });

    it('and refuses more than maxConnections (rule 14)', () => {
      const { scheduler, server, listener, dial, note, log } = world({}, { maxConnections: 1 });
      server.run(() =>
        listener
          .bind()
          .pipe(
            mergeMap(({ refused, connections }) =>
              merge(connections, refused.pipe(tap(({ error }) => note(`refused: ${error.code}`)))),
            ),
          ),
      );
      dial(() => NEVER);
      scheduler.advance(100);
      dial(({ received }) => received);
      scheduler.advance(100);
      expect(log).toEqual(['130 refused: ERR_TOO_MANY_CONNECTIONS', '140 dialled is over']);
    });
  });

  describe('carries bytes', () => {
    it.each([
      [{}],
      [{ chunking: 1 }],
      [{ chunking: 'random', seed: 5 }],
      [{ jitter: 50 }],
      [{ window: 7, sendBuffer: 3 }],
    ] as const)(
      'each once and in order, however they are cut and delayed: %j (rule 8)',
      (options: SimulatedNetworkOptions) => {
        const { scheduler, server, listener, dial } = world(options);
        server.run(() => listener.listen().pipe(serve(echo)));
        const sent = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 251));
        const came: Buffer[] = [];
        dial((connection) =>
          merge(
            concat(
              connection.send([sent]),
              defer(() => {
                connection.end();
                return EMPTY;
              }),
            ),
            connection.received.pipe(tap((chunk) => came.push(chunk))),
          ),
        );
        scheduler.flush(600_000);
        expect(Buffer.concat(came).equals(sent)).toBe(true);
        if (options.chunking === 1) expect(new Set(came.map(bytesOf))).toEqual(new Set([1]));
        if (options.chunking === 'random') expect(new Set(came.map(bytesOf)).size).toBeGreaterThan(2);
      },
    );

    it('as fast as its bandwidth', () => {
      const { scheduler, server, listener, dial, log } = world({ bandwidth: 100_000 });
      server.run(() => listener.listen().pipe(serve(swallow)));
      dial((connection) => concat(connection.send([Buffer.alloc(1_000_000)]), of('sent')));
      scheduler.flush(60_000);
      const at = Number(log[0]?.split(' ')[0]);
      // The last 128 KiB wait in the send buffer and on the way.
      expect(at).toBeGreaterThan(8600);
      expect(at).toBeLessThan(9500);
    });

    it('no more than the window and the send buffer for a reader that does not read (rule 13)', () => {
      const { scheduler, server, listener, dial, note, log } = world({ window: 4096, sendBuffer: 4096 });
      server.run(() => listener.listen().pipe(mergeMap(() => NEVER)));
      dial((connection) => {
        connection.congested.subscribe((congested) => {
          note(`congested: ${congested}`);
        });
        connection.write(Buffer.alloc(100_000));
        return timer(1000, scheduler).pipe(
          mergeMap(() => connection.traffic),
          map(({ bytesWritten }) => bytesWritten),
        );
      });
      scheduler.advance(5000);
      expect(log).toEqual(['20 congested: false', '20 congested: true', '1020 dialled: 0']);
    });

    it('as fast as a slow reader reads them', () => {
      const { scheduler, network, server, listener, dial, note, log } = world();
      network.slowReader(server, 1000);
      let came = 0;
      server.run(() =>
        listener.listen().pipe(
          mergeMap(({ received }) => received),
          tap((chunk) => {
            came += chunk.length;
            if (came === 5000) note('all came');
          }),
        ),
      );
      dial((connection) => connection.send([Buffer.alloc(5000)]));
      scheduler.advance(10_000);
      const at = Number(log[0]?.split(' ')[0]);
      expect(at).toBeGreaterThan(4900);
      expect(at).toBeLessThan(5100);
    });

    it('both ways after a half-close, and ends when both have ended (rule 12)', () => {
      const { scheduler, server, listener, dial, log, note } = world();
      server.run(() =>
        listener.listen().pipe(
          serve((connection) =>
            concat(
              connection.received.pipe(ignoreElements()),
              timer(100, scheduler).pipe(map(() => 'answer')),
            ),
          ),
          tap(({ error }) => note(`served: ${String(error)}`)),
        ),
      );
      dial((connection) => {
        connection.write('question');
        connection.end();
        return connection.received;
      });
      scheduler.advance(1000);
      expect(log).toEqual(['130 served: undefined', '140 dialled: answer', '140 dialled is over']);
    });
  });

  describe('a partition', () => {
    it('delays what is sent, and what waited arrives in order when it heals', () => {
      const { scheduler, network, client, server, listener, dial, log } = world();
      server.run(() => listener.listen().pipe(serve(echo)));
      dial((connection) =>
        merge(connection.send(timer(0, 100, scheduler).pipe(map(String))), connection.received),
      );
      scheduler.advance(130);
      network.partition(client, server);
      scheduler.advance(370);
      network.heal(client, server);
      scheduler.advance(40);
      const [first, second, ...rest] = log;
      expect([first, second]).toEqual(['40 dialled: 0', '510 dialled: 1']);
      expect(rest).toEqual(['520 dialled: 2', '520 dialled: 3', '520 dialled: 4', '540 dialled: 5']);
    });

    it('ends an idle connection by its keep-alive, and not one that is healed before', () => {
      for (const [heals, expected] of [
        [false, ['70020 dialled: ERR_CONNECTION_LOST']],
        [true, []],
      ] as const) {
        const { scheduler, network, client, server, listener, dial, log } = world(
          {},
          { keepAliveInitialDelay: 60_000 },
        );
        server.run(() => listener.listen().pipe(serve(swallow)));
        dial(({ received }) => received, { keepAliveInitialDelay: 60_000 });
        scheduler.advance(20);
        network.partition(client, server);
        if (heals)
          timer(60_000, scheduler).subscribe(() => {
            network.heal();
          });
        scheduler.advance(100_000);
        expect(log).toEqual(expected);
      }
    });

    it('counts the keep-alive from what was heard last, so that not all connections end at the same moment', () => {
      const { scheduler, network, client, server, listener, dial, log } = world();
      server.run(() => listener.listen().pipe(serve(echo)));
      for (const saysAt of [1000, 7000]) {
        dial(
          (connection) =>
            merge(
              connection.send(of('?').pipe(delay(saysAt, scheduler))),
              connection.received.pipe(ignoreElements()),
            ),
          { keepAliveInitialDelay: 30_000 },
        );
      }
      scheduler.advance(35_000);
      network.partition(client, server);
      scheduler.advance(60_000);
      // The first was asked at 31 s, and then a minute after it had spoken.
      expect(log).toEqual(['47040 dialled: ERR_CONNECTION_LOST', '71040 dialled: ERR_CONNECTION_LOST']);
    });

    it('begins to wait anew when the way was open in between', () => {
      const { scheduler, network, client, server, listener, dial, log } = world();
      server.run(() => listener.listen().pipe(serve(swallow)));
      dial(({ received }) => received, { keepAliveInitialDelay: 10_000 });
      scheduler.advance(20);
      network.partition(client, server);
      scheduler.advance(15_000);
      network.heal();
      scheduler.advance(1000);
      network.partition(client, server);
      scheduler.advance(60_000);
      expect(log).toEqual(['30020 dialled: ERR_CONNECTION_LOST']);
    });

    it('ends a connection that sends after the retransmissions of a quarter of an hour', () => {
      const { scheduler, network, client, server, listener, dial, log } = world();
      server.run(() => listener.listen().pipe(serve(swallow)));
      dial((connection) => {
        network.partition(client, server);
        connection.write('anybody there?');
        return connection.received;
      });
      scheduler.advance(2_000_000);
      expect(log).toEqual(['924630 dialled: ERR_CONNECTION_LOST']);
      expect(network.trace.toString()).toContain('client: #1 gives up: ETIMEDOUT\n');
    });

    it('tells an end whose peer gave it up meanwhile, at its next probe or FIN after the way is open', () => {
      for (const [saysAt, expected] of [
        // The server is the first to give up, and the client's next probe is answered with RST.
        [undefined, '60030 dialled: ERR_CONNECTION_RESET'],
        [55_000, '55020 dialled: ERR_CONNECTION_RESET'],
      ] as const) {
        const { scheduler, network, client, server, listener, dial, log } = world();
        server.run(() => listener.listen().pipe(serve(swallow)));
        dial(
          (connection) => {
            if (saysAt !== undefined)
              scheduler.schedule(() => {
                connection.end();
              }, saysAt - scheduler.now());
            return connection.received;
          },
          { keepAliveInitialDelay: 60_000 },
        );
        scheduler.advance(20);
        network.partition(client, server);
        scheduler.advance(50_000);
        network.heal();
        scheduler.advance(3_600_000);
        expect(network.trace.toString()).toContain('server: #1 gives up');
        expect(log).toEqual([expected]);
      }
    });

    it('counts from what waits now, and not from what the peer has acknowledged since', () => {
      const { scheduler, network, client, server, listener, dial, log } = world({
        retransmissionTimeout: 20_000,
      });
      server.run(() => listener.listen().pipe(serve(swallow)));
      dial((connection) => {
        connection.write('anybody there?');
        return merge(
          connection.received,
          timer(12_000, scheduler).pipe(
            tap(() => connection.write('and now?')),
            ignoreElements(),
          ),
        );
      });
      scheduler.advance(21);
      network.partition(client, server);
      scheduler.advance(10_000);
      network.heal();
      scheduler.advance(1000);
      network.partition(client, server);
      scheduler.advance(50_000);
      // The second was sent at 12020, and waits from 12030 on.
      expect(log).toEqual(['32030 dialled: ERR_CONNECTION_LOST']);
    });

    it('gives up after a crash that came in the partition, too', () => {
      const { scheduler, network, client, server, listener, dial, log } = world({
        retransmissionTimeout: 20_000,
      });
      server.run(() => listener.listen().pipe(serve(swallow)));
      dial((connection) => {
        network.partition(client, server);
        connection.write('anybody there?');
        return connection.received;
      });
      scheduler.advance(10_000);
      network.crash(server, 'silence');
      network.heal();
      scheduler.advance(50_000);
      expect(log).toEqual(['30010 dialled: ERR_CONNECTION_LOST']);
    });
  });

  describe('a crash', () => {
    it('resets the connections of a process that is killed', () => {
      const { scheduler, network, server, listener, dial, log } = world();
      server.run(() => listener.listen().pipe(serve(() => NEVER)));
      dial(({ received }) => received);
      scheduler.advance(100);
      network.crash(server);
      scheduler.advance(100);
      dial(({ received }) => received);
      scheduler.advance(10_000);
      expect(log).toEqual(['110 dialled: ERR_CONNECTION_RESET', '220 dialled: ERR_CONNECTION_REFUSED']);
    });

    it('is silent when the power goes: the keep-alive notices, or the first word after the restart', () => {
      for (const [restarts, expected] of [
        [false, '70020'],
        [true, '5020'],
      ] as const) {
        const { scheduler, network, server, listener, dial, log } = world();
        server.run(() => listener.listen().pipe(serve(swallow)));
        dial(
          (connection) =>
            merge(
              connection.received,
              timer(4980, scheduler).pipe(
                tap(() => restarts && connection.write('?')),
                ignoreElements(),
              ),
            ),
          {
            keepAliveInitialDelay: 60_000,
          },
        );
        scheduler.advance(100);
        network.crash(server, 'silence');
        scheduler.advance(1000);
        if (restarts) network.restart(server);
        scheduler.advance(100_000);
        expect(log.map((line) => line.replace(/ERR_.*/u, ''))).toEqual([`${expected} dialled: `]);
      }
    });

    it('loses what was under way, and ends the programs of the host, which a restart begins anew', () => {
      const { scheduler, network, server, listener, dial, note, log } = world();
      let starts = 0;
      server.run(() => {
        starts += 1;
        note(`start ${starts}`);
        return merge(
          listener.listen().pipe(serve(echo)),
          NEVER.pipe(
            finalize(() => {
              note('stopped');
            }),
          ),
        );
      });
      dial((connection) => merge(connection.send(['lost']), connection.received));
      scheduler.advance(35);
      network.crash(server, 'silence');
      expect(server.isUp).toBe(false);
      scheduler.advance(100);
      network.restart(server);
      scheduler.advance(1);
      dial((connection) => merge(connection.send(['found']), connection.received));
      scheduler.advance(100);
      expect(log).toEqual(['0 start 1', '35 stopped', '135 start 2', '176 dialled: found']);
    });
  });

  it('throws in its own time what a program errs with, and goes on', () => {
    const { scheduler, network, server, log, note } = world();
    server.run(() => timer(100, scheduler).pipe(mergeMap(() => throwError(() => new Error('mine')))));
    timer(100, scheduler).subscribe(() => {
      note('goes on');
    });
    expect(() => {
      scheduler.advance(1000);
    }).toThrow('mine');
    scheduler.advance(1000);
    expect(log).toEqual(['100 goes on']);
    expect(network.trace.toString()).toBe('100.000 server: its program failed: Error: mine\n');
  });

  it('writes the words of programs into its trace', () => {
    const { scheduler, network, server } = world();
    scheduler.advance(5);
    server.note('drains');
    expect(network.trace.toString()).toBe('5.000 server: drains\n');
    expect(network.hosts.map(({ name }) => name)).toEqual(['client', 'server']);
  });

  it('closes: its programs are over, and nothing begins any more', () => {
    const { scheduler, network, server, client, listener, dialler, note, log } = world();
    server.run(() =>
      listener.listen().pipe(
        serve(echo),
        finalize(() => {
          note('the server is over');
        }),
      ),
    );
    client.run(() =>
      dialler.connect(AT).pipe(
        finalize(() => {
          note('the client is over');
        }),
      ),
    );
    scheduler.advance(100);
    network.close();
    expect(log).toEqual(['100 the client is over', '100 the server is over']);
    network.restart(server);
    scheduler.advance(1000);
    expect(log).toHaveLength(2);
  });

  describe('is like a network of machines', () => {
    it('a loopback address is reached from its host alone, and a port can be bound at each address', () => {
      const { scheduler, server, dial, watch, log } = world();
      watch(
        'loopback',
        server.transport({ host: '127.0.0.1', port: 7000 }).bind(),
        ({ endpoint }) => endpoint,
      );
      dial(() => of('open'));
      scheduler.advance(50);
      watch('own', server.transport({ port: 7000 }).bind(), ({ endpoint }) => endpoint);
      watch('all', server.transport({ host: '0.0.0.0', port: 7000 }).bind());
      watch('local', server.transport().connect('127.0.0.1:7000'), () => 'open');
      scheduler.advance(1);
      expect(log).toEqual([
        '0 loopback: 127.0.0.1:7000',
        '20 dialled: ERR_CONNECTION_REFUSED',
        '50 own: 10.0.0.2:7000',
        '50 all: ERR_ADDRESS_IN_USE',
        '50 local: open',
      ]);
    });

    it('a reader gives up a silent peer by its keep-alive, however much it has just read', () => {
      for (const size of [1_000, 10_000]) {
        const { scheduler, network, client, server, listener, dial, log } = world();
        const ticks = timer(0, 10, scheduler).pipe(map(() => Buffer.alloc(size)));
        server.run(() => listener.listen().pipe(serve(() => ticks)));
        dial(({ received }) => received.pipe(ignoreElements()), { keepAliveInitialDelay: 30_000 });
        scheduler.advance(1_000);
        network.partition(client, server);
        scheduler.advance(60_000);
        expect(log).toEqual(['41000 dialled: ERR_CONNECTION_LOST']);
      }
    });

    it('the RST of a machine that is up again does not come through a partition', () => {
      const { scheduler, network, client, server, listener, dial, log } = world();
      server.run(() => listener.listen().pipe(serve(swallow)));
      dial((connection) =>
        merge(connection.send(timer(0, 1_000, scheduler).pipe(map(String))), connection.received),
      );
      scheduler.advance(100);
      network.crash(server, 'silence');
      scheduler.advance(1_000);
      network.partition(client, server);
      network.restart(server);
      scheduler.advance(20_000);
      expect(log).toEqual([]);
      network.heal(client);
      scheduler.advance(100);
      expect(log).toEqual(['21110 dialled: ERR_CONNECTION_RESET']);
    });

    it('what is under way goes with a machine that loses its power, although both ends have said FIN', () => {
      const { scheduler, network, server, listener, dial, log } = world({ latency: 100 });
      server.run(() => listener.listen().pipe(serve(({ received }) => concat(received, of('answer')))));
      dial((connection) => {
        connection.end();
        return connection.received;
      });
      // Its FIN comes at 300, and is answered at once.
      scheduler.advance(350);
      network.crash(server, 'silence');
      scheduler.advance(1_000);
      expect(log).toEqual([]);
    });

    it('a faster way is faster at once', () => {
      const { scheduler, network, client, server, listener, dial, log } = world({ bandwidth: 100 });
      server.run(() => listener.listen());
      dial((connection) => {
        connection.write(Buffer.alloc(60_000));
        return NEVER;
      });
      scheduler.advance(100);
      network.link(client, server, { bandwidth: Infinity });
      dial(() => of('open'));
      scheduler.advance(100);
      expect(log).toEqual(['120 dialled: open']);
    });

    it('a handshake that nobody finishes is forgotten', () => {
      const { scheduler, network, client, server, listener, dial, log } = world();
      server.run(() => listener.listen());
      dial(() => NEVER);
      scheduler.advance(15);
      network.partition(client, server);
      scheduler.advance(10_000);
      expect(log).toEqual(['5000 dialled: ERR_CONNECT_TIMEOUT']);
      for (const host of [client, server]) expect(host instanceof Machine && host.ends.size).toBe(0);
    });
  });

  it('gives the same trace for the same seed to the byte, and another for another', () => {
    const traceOf = (seed: number): string => {
      const { scheduler, network, client, server, listener, dial } = world({
        seed,
        jitter: 20,
        chunking: 'random',
      });
      server.run(() => listener.listen().pipe(serve(echo)));
      dial((connection) =>
        merge(
          connection.send(timer(0, 50, scheduler).pipe(map((n) => `${n}`.repeat(50)))),
          connection.received,
        ),
      );
      timer(300, scheduler).subscribe(() => {
        network.partition(client, server);
      });
      timer(600, scheduler).subscribe(() => {
        network.heal();
      });
      scheduler.advance(2000);
      return network.trace.toString();
    };
    expect(traceOf(1)).toBe(traceOf(1));
    expect(traceOf(1)).not.toBe(traceOf(2));
  });

  it('runs under a TestScheduler of RxJS, and is asserted with marbles', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ expectObservable, cold }) => {
      const network = new SimulatedNetwork({ scheduler, latency: 1 });
      const server = network.host('server');
      server.run(() =>
        server
          .transport({ port: 7000 })
          .listen({ until: cold('----------x') })
          .pipe(serve(echo)),
      );
      const talk = network
        .host('client')
        .transport()
        .connect(AT)
        .pipe(
          mergeMap((connection) => merge(connection.send(cold('--a-b|')), connection.received)),
          map(String),
        );
      // Handshake 2 ms, the letter there and back 2 ms; the drain ends the received of the echo, which ends the connection.
      expectObservable(talk).toBe('------a-b--|');
    });
  });

  it.each([
    ['tls', { tls: true }, AT],
    ['tls://', {}, `tls://${AT}`],
    ['unix:', {}, 'unix:/run/app.sock'],
    ['localAddress', { localAddress: '10.0.0.1' }, AT],
    ['lookup', { lookup: () => undefined }, AT],
  ] as const)('does not do %s, and says so', (_, options, endpoint) => {
    const { scheduler, dialler, watch, log } = world();
    watch('dialled', dialler.connect(endpoint, options));
    scheduler.flush();
    expect(log).toEqual(['0 dialled: ERR_UNSUPPORTED']);
  });

  it.each([
    [{ latency: -1 }, 'latency is -1'],
    [{ jitter: NaN }, 'jitter is NaN'],
    [{ bandwidth: 0 }, 'bandwidth is 0'],
    [{ chunking: 0 }, 'chunking is 0'],
    [{ seed: 0.5 }, 'seed is 0.5'],
  ])('refuses %j', (options, message) => {
    expect(() => new SimulatedNetwork(options)).toThrow(message);
  });

  it('refuses what is no time, no fault and no address', () => {
    const { scheduler, network, server } = world();
    expect(() => {
      scheduler.advance(-1);
    }).toThrow('advance got -1');
    expect(() => {
      scheduler.flush(NaN);
    }).toThrow('flush got NaN');
    expect(() => {
      network.crash(server, 'bogus' as 'reset');
    }).toThrow('how is bogus');
    expect(() => {
      network.dropSyn(server, NaN);
    }).toThrow('count is NaN');
    expect(() => network.host('server', '10.9.9.9')).toThrow('server has the address 10.0.0.2 already');
    expect(() => network.host('x', 'not an address')).toThrow('not an address, of x, is no IP address');
    expect(() => network.host('x', '999.1.1.1')).toThrow('is no IP address');
    for (const name of ['', 'localhost', 'a:b', 'my host', '10.0.0.9', '-'])
      expect(() => network.host(name)).toThrow(`'${name}' is no name of a host`);
    expect(() => network.host('SERVER')).toThrow('SERVER is the name of 10.0.0.2 already');
    expect(() => {
      network.resolution('x', { address: 'elsewhere' });
    }).toThrow('x is to be elsewhere, which is no IP address');
    for (const outcome of [null, {}, 7])
      expect(() => {
        network.resolution('x', outcome as 'normal');
      }).toThrow('a resolution is');
  });

  it('knows names in whatever case, and the unspecified address as the host itself', () => {
    const { scheduler, network, server, client, watch, log } = world();
    server.run(() => server.transport({ host: '0.0.0.0', port: 7000 }).listen().pipe(serve(echo)));
    const hello = (host: typeof client, endpoint: string): Observable<Buffer> =>
      host
        .transport()
        .connect(endpoint)
        .pipe(
          mergeMap((connection) => merge(connection.send(['hello']), connection.received)),
          take(1),
        );
    watch('from the client', hello(client, 'Server:7000'));
    watch('from the server', hello(server, '0.0.0.0:7000'));
    scheduler.advance(1000);
    expect(log.filter((line) => line.endsWith(': hello'))).toHaveLength(2);
    network.resolution('SERVER', 'ENOTFOUND');
    watch('again', hello(client, 'server:7000'));
    scheduler.advance(1000);
    expect(log.at(-1)).toBe('1000 again: ERR_HOST_NOT_FOUND');
  });

  it('starts programs that a program runs once, with it', () => {
    const { network, server } = world();
    let live = 0;
    const inner = (): Observable<never> =>
      defer(() => {
        live += 1;
        return NEVER.pipe(
          finalize(() => {
            live -= 1;
          }),
        );
      });
    server.run(() => {
      const nested = server.run(inner);
      return NEVER.pipe(
        finalize(() => {
          nested.unsubscribe();
        }),
      );
    });
    const lives: number[] = [live];
    for (const change of ['crash', 'restart', 'crash', 'restart', 'close'] as const) {
      if (change === 'close') network.close();
      else network[change](server);
      lives.push(live);
    }
    expect(lives).toEqual([1, 0, 1, 0, 1, 0]);
  });

  it('ends every program when it is closed, and throws what one of them threw at that', () => {
    const { network, server, client } = world();
    const ended: string[] = [];
    for (const host of [client, server])
      host.run(() =>
        NEVER.pipe(
          finalize(() => {
            ended.push(host.name);
            throw new Error(`of ${host.name}`);
          }),
        ),
      );
    expect(() => {
      network.close();
    }).toThrow('of client');
    expect(ended).toEqual(['client', 'server']);
    network.close();
  });

  it('keeps a note of several lines in one', () => {
    const { network, client } = world();
    client.note('two\n  lines');
    expect(network.trace.toString()).toContain('client: two lines\n');
  });

  it('gives each host the next address that is free', () => {
    const network = new SimulatedNetwork();
    network.host('a', '10.0.0.2');
    expect([network.host('b').address, network.host('c').address]).toEqual(['10.0.0.3', '10.0.0.4']);
  });

  it('knows its hosts by name, and no others', () => {
    const network = new SimulatedNetwork();
    expect(network.host('a')).toBe(network.host('a'));
    expect(() => network.host('b', network.host('a').address)).toThrow('is the address of a already');
    expect(() => {
      network.crash(new SimulatedNetwork().host('a'));
    }).toThrow('a is no host of this network');
    try {
      network.slowReader(network.host('a'), 0);
    } catch (error) {
      expect(codeOf(error)).toBe('ERR_INVALID_OPTION');
    }
  });
});
