import { fromEvent, takeUntil, tap } from 'rxjs';
import { connect, framed, jsonLines } from 'rxjs-net';
import { watch, type Quote, type Watch } from './quotes.ts';

const [endpoint = '127.0.0.1:7000'] = process.argv.slice(2);

const dial = connect(endpoint).pipe(
  tap({
    next: ({ remote }) => {
      console.log(`connected to ${remote}`);
    },
    error: (error: unknown) => {
      console.log(String(error));
    },
  }),
  framed(jsonLines<Quote, Watch>()),
);

watch(dial, 'ACME')
  .pipe(takeUntil(fromEvent(process, 'SIGINT')))
  .subscribe({
    next: ({ symbol, price }) => {
      console.log(`${symbol} ${price}`);
    },
    error: (error: unknown) => {
      console.error(String(error));
      process.exitCode = 1;
    },
  });
