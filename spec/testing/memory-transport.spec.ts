import {
  concat,
  defer,
  EMPTY,
  first,
  firstValueFrom,
  lastValueFrom,
  merge,
  mergeMap,
  reduce,
  toArray,
  NEVER,
} from 'rxjs';
import { framed, jsonLines, serve } from '../../src/index.ts';
import { memoryTransport } from '../../src/testing/index.ts';

describe('memoryTransport', () => {
  it('listens and connects within the process, by any host name', async () => {
    const transport = memoryTransport({ port: 7000 });
    const serving = transport
      .listen()
      .pipe(serve(({ received }) => received))
      .subscribe();
    expect(transport.endpoint).toBeUndefined();
    const answer = transport.connect('rpc.example:7000').pipe(
      mergeMap((connection) => {
        connection.write('hello');
        connection.end();
        return connection.received;
      }),
      toArray(),
    );
    expect(String(await lastValueFrom(answer))).toBe('hello');
    expect(transport.endpoint).toBe('memory:7000');
    serving.unsubscribe();
    await transport.close();
    expect(transport.endpoint).toBeUndefined();
  });

  it('finds a free port, and says which', async () => {
    const transport = memoryTransport();
    const server = await firstValueFrom(merge(transport.bind(), NEVER));
    expect(server.endpoint).toMatch(/^memory:\d+$/u);
  });

  it('carries messages', async () => {
    const transport = memoryTransport({ port: 1 });
    transport
      .listen()
      .pipe(
        framed(jsonLines<number[], number>()),
        serve(({ received }) => received.pipe(mergeMap((each) => each))),
      )
      .subscribe();
    const sum = transport.connect('memory:1').pipe(
      framed(jsonLines<number, number[]>()),
      mergeMap((connection) =>
        merge(
          concat(
            connection.send([[1, 2], [3]]),
            defer(() => {
              connection.end();
              return EMPTY;
            }),
          ),
          connection.received,
        ),
      ),
      reduce((total, each) => total + each, 0),
    );
    expect(await lastValueFrom(sum)).toBe(6);
    await transport.close();
  });

  it('holds a writer back whose peer does not read (rule 13)', async () => {
    const transport = memoryTransport({ port: 1, closeTimeout: 1 });
    transport
      .listen()
      .pipe(serve(() => NEVER))
      .subscribe();
    const congested = transport.connect('memory:1').pipe(
      mergeMap((connection) => {
        connection.write(Buffer.alloc(1_000_000));
        return connection.congested;
      }),
      first((isCongested) => isCongested),
    );
    expect(await firstValueFrom(congested)).toBe(true);
    await transport.close();
  });

  it('keeps apart what each call has made', async () => {
    const [one, other] = [memoryTransport({ port: 1 }), memoryTransport({ port: 1 })];
    one.listen().subscribe();
    await expect(lastValueFrom(other.connect('memory:1'))).rejects.toMatchObject({
      code: 'ERR_CONNECTION_REFUSED',
    });
    await one.close();
  });
});
