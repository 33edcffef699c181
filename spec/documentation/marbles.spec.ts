import { readdirSync, readFileSync } from 'node:fs';
import { defer, retry, Subject, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { drawDiagram } from '../../scripts/marbles/draw-diagram.ts';
import { parseDiagram, type Diagram } from '../../scripts/marbles/parse-diagram.ts';
import { parseMarbles } from '../../scripts/marbles/parse-marbles.ts';
import { backoff } from '../../src/operators/backoff.ts';
import { boundedMergeMap } from '../../src/operators/bounded-merge-map.ts';
import { holdWhile } from '../../src/operators/hold-while.ts';
import { connectionDouble } from '../../src/testing/index.ts';

const FOLDER = 'docs/marbles';
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.txt'))
  .map((file) => file.slice(0, -'.txt'.length));

function diagramOf(name: string): Diagram {
  return parseDiagram(readFileSync(`${FOLDER}/${name}.txt`, 'utf8'));
}

/** The marbles of a row, as they stand in the text: what is drawn is what is tested. */
function rowOf(diagram: Diagram, name: string): string {
  const row = diagram.parts.flat().find((one) => one.name === name);
  if (row === undefined) throw new Error(`there is no row '${name}'`);
  return row.marbles.text;
}

/** When it changes, and to what: t is true, and f is false. */
function statesOf(text: string): readonly (readonly [number, boolean])[] {
  return parseMarbles(text).events.map((event) => [
    event.frame,
    event.kind === 'value' && event.label === 't',
  ]);
}

function testScheduler(): TestScheduler {
  return new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
}

describe('the marble diagrams', () => {
  it.each(files)('are drawn as they are written, or else npm run docs:marbles: %s', (name) => {
    expect(readFileSync(`${FOLDER}/${name}.svg`, 'utf8')).toBe(drawDiagram(diagramOf(name)));
  });

  it.each(files)('stand in the comment of what they are of, too: %s', (name) => {
    const { of, parts } = diagramOf(name);
    if (of === undefined) return;
    const comment = readFileSync(of, 'utf8').replace(/ {2,}/gu, '  ');
    for (const row of parts.flat()) expect(comment).toContain(`* ${row.name}  ${row.marbles.text}`);
  });
});

describe('what the marble diagrams draw happens', () => {
  it('boundedMergeMap', () => {
    const diagram = diagramOf('bounded-merge-map');
    const scheduler = testScheduler();
    // What it is at the end of each moment: between two messages of one moment it is released, and held anew.
    const held = new Map<number, boolean>();
    scheduler.run(({ cold, expectObservable }) => {
      const connection = connectionDouble<string>({ received: cold(rowOf(diagram, 'peer sends')) });
      connection.holding.subscribe((isHeld) => held.set(scheduler.now(), isHeld));
      const work = rowOf(diagram, 'project(x)');
      const result = boundedMergeMap(connection, (x) => cold(work, { X: x.toUpperCase() }), 2);
      expectObservable(result).toBe(rowOf(diagram, 'boundedMergeMap(connection, project, 2)'));
    });
    const changes = [...held].filter(([, isHeld], index, all) => isHeld !== all[index - 1]?.[1]);
    expect(changes).toEqual(statesOf(rowOf(diagram, 'reading is held')));
  });

  it('holdWhile', () => {
    const diagram = diagramOf('hold-while');
    testScheduler().run(({ cold, expectObservable }) => {
      const peer = connectionDouble<string>({ received: cold(rowOf(diagram, 'peer sends')) });
      const busy = cold(rowOf(diagram, 'busy'), { t: true, f: false });
      expectObservable(holdWhile(peer, busy)).toBe(rowOf(diagram, 'holdWhile(peer, busy)'));
    });
  });

  it('backoff', () => {
    const diagram = diagramOf('backoff');
    const scheduler = testScheduler();
    scheduler.run(({ cold, expectObservable }) => {
      const failed = throwError(() => new Error('nobody listens'));
      const attempts = [failed, failed, failed, cold('--c-----------#'), cold('--c--')];
      const dials = new Subject<string>();
      const result = defer(() => {
        dials.next('d');
        return attempts.shift() ?? failed;
      }).pipe(retry({ delay: backoff({ initial: 2, jitter: 0, resetAfter: 10, scheduler }) }));
      expectObservable(dials).toBe(rowOf(diagram, 'dials'));
      expectObservable(result).toBe(rowOf(diagram, 'result'));
    });
  });
});

describe('marbles', () => {
  it('are values, ends, and groups that share a moment', () => {
    const { events, groups, to } = parseMarbles('-a(b|)', 2);
    expect(events).toEqual([
      { kind: 'value', at: 3, frame: 3, label: 'a' },
      { kind: 'value', at: 5, frame: 4, label: 'b' },
      { kind: 'complete', at: 6, frame: 4 },
    ]);
    expect(groups).toEqual([[4, 7]]);
    expect(to).toBe(8);
  });

  it.each(['a b', '(a', 'a?'])("are not '%s'", (text) => {
    expect(() => parseMarbles(text)).toThrow(text);
  });
});
