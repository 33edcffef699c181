// A server drains while it has a call under way: `npx tsx examples/reactive-rpc/steps/goaway.ts`
import { delay, mergeMap, of, take, timer } from 'rxjs';
import { simulation } from './simulation.ts';

const network = simulation({
  methods: ({ scheduler }) => ({ echo: (argument) => of(argument).pipe(delay(200, scheduler)) }),
  // At 0, 100 and 200 ms.
  calls: (rpc, { scheduler }) =>
    timer(0, 100, scheduler).pipe(
      take(3),
      mergeMap((n) => rpc.call('echo', n)),
    ),
  drain: 150,
});
network.scheduler.advance(1000);
console.log(network.trace.diagram());
