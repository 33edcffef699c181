import { VirtualTimeScheduler } from 'rxjs';

/** The clock of every time-out of the library (rule 18): it stands still until a command says that time passes. */
export class VirtualClock {
  readonly scheduler: VirtualTimeScheduler = new VirtualTimeScheduler();

  get now(): number {
    return this.scheduler.now();
  }

  /** Time-outs that were begun and neither ran nor were cancelled. */
  get timers(): number {
    return this.scheduler.actions.length;
  }

  pass(milliseconds: number): void {
    const until = this.now + milliseconds;
    this.scheduler.maxFrames = until;
    this.scheduler.flush();
    this.scheduler.frame = until;
  }
}
