// A stream that is pushed, and one that is pulled by a slow reader: `npx tsx examples/reactive-rpc/steps/streams.ts`
import { ignoreElements, interval, take } from 'rxjs';
import { simulation } from './simulation.ts';

const clock = simulation({
  methods: ({ scheduler }) => ({ clock: () => interval(100, scheduler).pipe(take(3)) }),
  calls: (rpc) => rpc.call('clock'),
});
clock.scheduler.advance(1000);
console.log(clock.trace.diagram());

let made = 0;
function* lines(): Generator<string> {
  for (;;) {
    made += 1;
    yield 'x'.repeat(1000);
  }
}
const endless = simulation({
  methods: () => ({ lines }),
  calls: (rpc) => rpc.call('lines').pipe(ignoreElements()),
});
endless.slowReader(endless.host('client'), 10_000);
for (const seconds of [1, 10, 20, 30]) {
  endless.scheduler.advance(seconds * 1000 - endless.scheduler.now());
  console.log(`after ${seconds} s, ${made} lines were made`);
}
