import fc, { type AsyncCommand, type IAsyncProperty } from 'fast-check';
import { arbitraries, type Run } from './commands.ts';
import type { Ledger } from './ledger.ts';
import type { Medium } from './medium.ts';
import { World } from './world.ts';

// 128 KiB, so that a push source can outrun its peer with a few values; and the default, which none of them fills.
const WRITE_BUFFERS = [128 * 1024, 16 * 1024 * 1024];

/** How a run is set up, and how it ends. */
interface Setting {
  /** Connections to begin with; with none, not even a server. */
  readonly dials: number;
  readonly maxWriteBuffer: number;
  readonly maxConnections: number;
  /** Reads everything at the end, or leaves at once and lets closeTimeout pass. */
  readonly patiently: boolean;
}

const SETTING = fc.record<Setting>({
  dials: fc.constantFrom(0, 1, 1, 1, 2, 3),
  maxWriteBuffer: fc.constantFrom(...WRITE_BUFFERS),
  maxConnections: fc.constantFrom(Infinity, Infinity, Infinity, 2),
  patiently: fc.constantFrom(true, true, false),
});

/** Says how often the property was tried, and may stop it. */
export interface Supervisor {
  readonly medium: Medium;
  readonly ledger: Ledger;
  /** Asked before each run: false counts it as passed, which ends the shrinking of a failure. */
  readonly goesOn: () => boolean;
  readonly failed: () => void;
}

/** A number of commands on real sockets: what is shown is what the model says. */
export function lifecycle(
  { medium, ledger, goesOn, failed }: Supervisor,
  replayPath?: string,
): IAsyncProperty<[Setting, Iterable<AsyncCommand<Run, World>>]> {
  const commands = fc.commands(arbitraries, {
    maxCommands: 60,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  });
  return fc.asyncProperty(SETTING, commands, async (setting, sequence) => {
    if (!goesOn()) return;
    const world = new World(medium, setting, ledger);
    ledger.check('quiet', true, () => '');
    try {
      if (setting.dials > 0) await world.bind();
      for (let count = 0; count < setting.dials; count += 1) await world.dial();
      await fc.asyncModelRun(() => ({ model: { world }, real: world }), sequence);
      await world.finish(setting.patiently);
    } catch (error) {
      failed();
      await world.abandon();
      throw error;
    }
  });
}
