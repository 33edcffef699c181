import { writeDiagram } from '../simulation/sequence-diagram.ts';
import type { Trace } from '../simulation/trace.ts';
import type { TraceEvent } from '../simulation/trace-event.ts';
import type { Fault } from './fault.ts';
import type { Violation } from './run.ts';

// What fits on a screen or two.
const BEFORE = 8;
const FROM_THERE = 24;
const TO_THE_END = 32;

/** The diagram of a run that failed: what began with its first fault, and what it ended with; or all of it. */
export function traceExcerpt(
  { events }: Trace,
  faults: readonly Fault[],
  violation: Violation,
  isWhole: boolean,
): string {
  const end = remark(violation.at, `✗ ${violation.invariant}`);
  if (isWhole || events.length <= FROM_THERE + TO_THE_END) return writeDiagram([...events, end], events);
  const first = faults[0]?.at ?? Infinity;
  const fault = events.findIndex(({ at }) => at >= first);
  const from = fault === -1 ? 0 : Math.max(0, fault - BEFORE);
  const until = fault === -1 ? 0 : from + FROM_THERE;
  const tail = Math.max(until, events.length - TO_THE_END);
  return writeDiagram(
    [
      ...gap(events.slice(0, from)),
      ...events.slice(from, until),
      ...gap(events.slice(until, tail)),
      ...events.slice(tail),
      end,
    ],
    events,
  );
}

function gap(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const [first] = events;
  return first === undefined ? [] : [remark(first.at, `… ${events.length} more`)];
}

function remark(at: number, text: string): TraceEvent {
  return { at, host: undefined, peer: undefined, kind: 'host', connection: 0, text };
}
