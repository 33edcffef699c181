// A server crashes under a call, and comes back: `npx tsx examples/reactive-rpc/steps/redial.ts`
import { catchError, concat, delay, of } from 'rxjs';
import { simulation } from './simulation.ts';

const network = simulation({
  methods: ({ scheduler }) => ({ echo: (argument) => of(argument).pipe(delay(200, scheduler)) }),
  calls: (rpc) =>
    concat(
      rpc.call('echo', 'first').pipe(catchError((error: unknown) => of(error))),
      rpc.call('echo', 'second'),
    ),
});
network.scheduler.advance(100);
network.crash(network.host('server'));
network.scheduler.advance(300);
network.restart(network.host('server'));
network.scheduler.advance(1000);
console.log(network.trace.diagram());
