import { Flags, FrameTypes, type Frame } from 'rsocket-core';
import { asyncScheduler, concatMap, filter, map, observeOn, Subject, take, type Observable } from 'rxjs';

// How many items a responder may push in one turn of the event loop, on top of what waits to be sent.
const PORTION = 128;

interface Demand {
  /** What rsocket-core was told of, and has not said yet. */
  told: number;
  /** What the peer has asked for besides. */
  owed: number;
  /** A portion was said, and the next one waits for room. */
  isDue: boolean;
}

/**
 * Tells rsocket-core of the demand for a stream in portions. It pushes at once whatever it is asked for, and a peer may ask for
 * 2³¹ − 1, which many do who mean all: no responder would come to an end of that in one turn, and no buffer would hold it.
 *
 * ```text
 * came    REQUEST_STREAM 300                                 REQUEST_N 50
 * told    REQUEST_STREAM 128             REQUEST_N 128                         REQUEST_N 94
 * said                       128 PAYLOADs              128 PAYLOADs                         94 PAYLOADs
 * room    -------------------(congested)-x-------------(congested)-------------x--------------
 * ```
 */
export class PacedDemand {
  readonly #streams = new Map<number, Demand>();
  readonly #due = new Subject<number>();

  /** @returns what rsocket-core is told of a frame that came; undefined if that is nothing yet */
  came(frame: Frame): Frame | undefined {
    const { streamId } = frame;
    const known = this.#streams.get(streamId);
    if (frame.type === FrameTypes.REQUEST_STREAM && known === undefined) {
      const demand = { told: 0, owed: frame.requestN, isDue: false };
      this.#streams.set(streamId, demand);
      return { ...frame, requestN: portionOf(demand) };
    }
    if (frame.type === FrameTypes.REQUEST_N && known !== undefined) {
      known.owed += frame.requestN;
      const requestN = known.isDue ? 0 : portionOf(known);
      return requestN > 0 ? { ...frame, requestN } : undefined;
    }
    // Either ends a stream, and nothing is said to it.
    if (frame.type === FrameTypes.CANCEL || frame.type === FrameTypes.ERROR) this.#streams.delete(streamId);
    return frame;
  }

  /** A frame goes out. */
  said({ type, flags, streamId }: Frame): void {
    const demand = this.#streams.get(streamId);
    if (demand === undefined) return;
    if (type === FrameTypes.ERROR || (type === FrameTypes.PAYLOAD && Flags.hasComplete(flags))) {
      this.#streams.delete(streamId);
    } else if (type === FrameTypes.PAYLOAD && !Flags.hasFollows(flags) && demand.told > 0) {
      demand.told -= 1;
      if (demand.told > 0 || demand.owed === 0) return;
      demand.isDue = true;
      this.#due.next(streamId);
    }
  }

  /** What rsocket-core is told of later: one portion a turn, and only while there is room. */
  later(congested: Observable<boolean>): Observable<Frame> {
    const room = congested.pipe(
      filter((isCongested) => !isCongested),
      take(1),
      observeOn(asyncScheduler),
    );
    return this.#due.pipe(
      concatMap((streamId) => room.pipe(map(() => streamId))),
      map((streamId) => this.#next(streamId)),
      filter((frame) => frame !== undefined),
    );
  }

  #next(streamId: number): Frame | undefined {
    const demand = this.#streams.get(streamId);
    // It was cancelled while it waited.
    if (demand === undefined) return undefined;
    demand.isDue = false;
    return { type: FrameTypes.REQUEST_N, flags: Flags.NONE, streamId, requestN: portionOf(demand) };
  }
}

function portionOf(demand: Demand): number {
  const portion = Math.min(demand.owed, PORTION - demand.told);
  demand.owed -= portion;
  demand.told += portion;
  return portion;
}
