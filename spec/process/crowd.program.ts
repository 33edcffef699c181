// Dials a number of connections to an endpoint, says something on each, waits for the echo of all, and leaves.
import { concatMap, from, map, mergeMap, range, reduce, switchMap, take, tap, timer } from 'rxjs';
import { openConnection } from '../../src/index.ts';

const [, , endpoint = '', size = '0'] = process.argv;

range(1, Number(size))
  .pipe(
    mergeMap(() => openConnection(endpoint, { connectTimeout: 30_000 }), 200),
    reduce(
      (all, connection) => [...all.splice(0), connection],
      new Array<Awaited<ReturnType<typeof openConnection>>>(),
    ),
    tap((all) => {
      process.stdout.write(`open ${all.length}\n`);
    }),
    concatMap((all) =>
      from(all).pipe(
        mergeMap((connection, index) => {
          connection.write(`#${index}`);
          return connection.received.pipe(
            take(1),
            map((chunk) => chunk.toString() === `#${index}`),
          );
        }),
        reduce((echoed, same) => echoed + (same ? 1 : 0), 0),
        tap((echoed) => {
          process.stdout.write(`echoed ${echoed}\n`);
        }),
        switchMap(() => timer(0)),
        mergeMap(() => from(all)),
        mergeMap((connection) => connection.close(), 500),
        reduce((clean, { error }) => clean + (error === undefined ? 1 : 0), 0),
      ),
    ),
  )
  .subscribe((clean) => {
    process.stdout.write(`clean ${clean}\n`);
  });
process.channel?.unref();
