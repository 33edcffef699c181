import fc, { type Arbitrary, type AsyncCommand } from 'fast-check';
import { CLOSE_TIMEOUT, GRACE_PERIOD } from './end-model.ts';
import { turn } from './event-loop.ts';
import type { ObservedEnd } from './observed-end.ts';
import type { ObservedPair } from './observed-pair.ts';
import type { ReadingWay } from './observed-reader.ts';
import type { SourceKind } from './send-source.ts';
import type { ValueShape } from './values.ts';
import type { World } from './world.ts';

/** How long a run waits after a command: not at all, for a turn of the event loop, or until all that is owed has come. */
type Pause = 'none' | 'turn' | 'settle';

/** What fast-check knows of a run; all the rest is read from the world. */
export interface Run {
  readonly world: World;
}

type Command = AsyncCommand<Run, World>;

interface Deed {
  readonly kind: string;
  readonly text: string;
  readonly possible: (world: World) => boolean;
  readonly act: (world: World) => void | Promise<void>;
}

/** A deed is a command that counts itself, waits, and checks what is always true. */
function command(pause: Pause, { kind, text, possible, act }: Deed): Command {
  return {
    check: ({ world }) => possible(world),
    run: async (_model, world) => {
      world.ledger.count(`command: ${kind}`);
      await act(world);
      if (pause === 'turn') await turn();
      if (pause === 'settle') await world.settle();
      else world.check();
    },
    toString: () => (pause === 'none' ? text : `${text}; ${pause}`),
  };
}

const PAUSES: Arbitrary<Pause> = fc.constantFrom('none', 'none', 'turn', 'settle', 'settle');
const PICK = fc.nat({ max: 7 });
const SHAPE: Arbitrary<ValueShape> = fc.record({
  size: fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 200 }) },
    { weight: 3, arbitrary: fc.integer({ min: 4_000, max: 20_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 60_000, max: 300_000 }) },
    { weight: 1, arbitrary: fc.constant(1_000_000) },
  ),
  text: fc.boolean(),
});
const SHAPES = fc.array(SHAPE, { maxLength: 5 });

function pairAt(world: World, pick: number): ObservedPair | undefined {
  // The youngest are the likeliest to be alive.
  return world.pairs.at(-1 - (pick % Math.max(1, Math.min(3, world.pairs.length))));
}

function endAt(world: World, pick: number): ObservedEnd | undefined {
  return pairAt(world, pick >> 1)?.ends[pick & 1];
}

/** A command that does something to one end. */
function toEnd<T>(
  kind: string,
  arguments_: Arbitrary<T>,
  possible: (end: ObservedEnd, value: T) => boolean,
  act: (end: ObservedEnd, value: T) => void,
): Arbitrary<Command> {
  return fc.tuple(PICK, arguments_, PAUSES).map(([pick, value, pause]) =>
    command(pause, {
      kind,
      text: `${kind}(${[`pair ${pick >> 1}, ${(pick & 1) === 0 ? 'dialled' : 'accepted'}`, shown(value)].join(' ').trim()})`,
      possible: (world) => {
        const end = endAt(world, pick);
        return end !== undefined && possible(end, value);
      },
      act: (world) => {
        const end = endAt(world, pick);
        if (end !== undefined) act(end, value);
      },
    }),
  );
}

function toWorld<T>(
  kind: string,
  arguments_: Arbitrary<T>,
  possible: (world: World) => boolean,
  act: (world: World, value: T) => void | Promise<void>,
): Arbitrary<Command> {
  return fc
    .tuple(arguments_, PAUSES)
    .map(([value, pause]) =>
      command(pause, { kind, text: `${kind}(${shown(value)})`, possible, act: (world) => act(world, value) }),
    );
}

function shown(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}

const NOTHING = fc.constant(undefined);
const always = (): boolean => true;
const WAYS: Arbitrary<ReadingWay> = fc.constantFrom('all', 'all', 'one', 'hold', 'echo');
const KINDS: Arbitrary<SourceKind> = fc.constantFrom('push', 'pull', 'await');
const TIMES = fc.constantFrom(1, CLOSE_TIMEOUT / 2, CLOSE_TIMEOUT, GRACE_PERIOD);
const MOST_PAIRS = 6;

const writing: Arbitrary<Command>[] = [
  toEnd('write', SHAPE, always, (end, shape) => {
    end.write(shape);
  }),
  toEnd('write several', SHAPES, always, (end, shapes) => {
    for (const shape of shapes) end.write(shape);
  }),
  toEnd('send', fc.record({ kind: KINDS, shapes: SHAPES }), always, (end, { kind, shapes }) => {
    end.send(kind, shapes);
  }),
  toEnd(
    'feed',
    SHAPE,
    ({ sending }) => sending,
    (end, shape) => {
      end.sends.findLast(({ active }) => active)?.feed(shape);
    },
  ),
  toEnd(
    'finish a source',
    NOTHING,
    ({ sending }) => sending,
    (end) => {
      end.sends.findLast(({ active }) => active)?.finish();
    },
  ),
  toEnd(
    'fail a source',
    NOTHING,
    ({ sending }) => sending,
    (end) => {
      end.sends.findLast(({ active }) => active)?.fail();
    },
  ),
  toEnd(
    'cancel a send',
    NOTHING,
    ({ sending }) => sending,
    (end) => {
      end.sends.findLast(({ active }) => active)?.cancel();
    },
  ),
];

const reading: Arbitrary<Command>[] = [
  toEnd(
    'read',
    WAYS,
    ({ model }) => !model.reading,
    (end, way) => {
      end.read(way);
    },
  ),
  toEnd(
    'read twice',
    NOTHING,
    ({ model }) => model.reading,
    ({ reader }) => {
      reader.readTwice();
    },
  ),
  toEnd(
    'stop reading',
    NOTHING,
    ({ model }) => model.reading,
    ({ reader }) => {
      reader.leave();
    },
  ),
  toEnd(
    'hold',
    NOTHING,
    ({ model }) => model.holds < 3,
    (end) => {
      end.hold();
    },
  ),
  toEnd(
    'release',
    NOTHING,
    ({ model }) => model.holds > 0,
    (end) => {
      end.release();
    },
  ),
];

const ending: Arbitrary<Command>[] = [
  toEnd('end', NOTHING, always, (end) => {
    end.end();
  }),
  toEnd('close', NOTHING, always, (end) => {
    end.leave(() => void end.connection.close());
  }),
  toEnd('abort', NOTHING, always, (end) => {
    end.abort(new Error('aborted by the run'));
  }),
  fc.tuple(PICK, PAUSES).map(([pick, pause]) =>
    command(pause, {
      kind: 'unsubscribe',
      text: `unsubscribe(pair ${pick})`,
      possible: (world) => pairAt(world, pick) !== undefined,
      act: (world) => {
        pairAt(world, pick)?.unsubscribe();
      },
    }),
  ),
];

const serving: Arbitrary<Command>[] = [
  toWorld(
    'bind',
    NOTHING,
    ({ server }) => server === undefined || server.summary !== undefined,
    (world) => world.bind(),
  ),
  toWorld(
    'dial',
    NOTHING,
    ({ server, open }) => server !== undefined && open.length < MOST_PAIRS,
    (world) => world.dial(),
  ),
  toWorld(
    'dial and leave',
    fc.boolean(),
    ({ server }) => server !== undefined,
    (world, later) => world.dialAndLeave(later),
  ),
  toWorld(
    'drain',
    NOTHING,
    ({ server }) => server?.state === 'listening',
    (world) => {
      world.drain();
    },
  ),
  toWorld(
    'stop the server',
    NOTHING,
    ({ server }) => server !== undefined && server.state !== 'stopped',
    (world) => {
      world.stop();
    },
  ),
  toWorld('time passes', TIMES, always, (world, milliseconds) => {
    world.pass(milliseconds);
  }),
];

/** All commands, the likelier ones more than once: what ends a connection is rare, or most of the others would come too late. */
export const arbitraries: Arbitrary<Command>[] = [
  ...repeated(writing, 6),
  ...repeated(reading, 6),
  ...repeated(reading.slice(-1), 6),
  ...ending,
  ...repeated(ending.slice(0, 1), 3),
  ...serving,
  ...repeated(serving.slice(1, 2), 4),
];

function repeated<T>(list: readonly T[], times: number): T[] {
  return Array.from({ length: times }, () => list).flat();
}
