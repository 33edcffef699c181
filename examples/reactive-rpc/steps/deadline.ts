// A method that takes too long, while the way to the server is blocked: `npx tsx examples/reactive-rpc/steps/deadline.ts`
import { finalize, NEVER } from 'rxjs';
import { simulation } from './simulation.ts';

const network = simulation({
  methods: (network) => ({
    think: () =>
      NEVER.pipe(
        finalize(() => {
          network.host('server').note('think was unsubscribed');
        }),
      ),
  }),
  calls: (rpc) => rpc.call('think', 'hard', { deadline: 500 }),
});
network.scheduler.advance(200);
network.partition(network.host('client'), network.host('server'));
network.scheduler.advance(800);
console.log(network.trace.diagram());
