// The client has heard enough, and the server hears of it: `npx tsx examples/reactive-rpc/steps/cancellation.ts`
import { finalize, interval, take } from 'rxjs';
import { simulation } from './simulation.ts';

const network = simulation({
  methods: (network) => ({
    clock: () =>
      interval(100, network.scheduler).pipe(
        finalize(() => {
          network.host('server').note('clock was unsubscribed');
        }),
      ),
  }),
  calls: (rpc) => rpc.call('clock').pipe(take(2)),
});
network.scheduler.advance(1000);
console.log(network.trace.diagram());
