import type { TraceEvent } from '../../../src/testing/index.ts';
import { writeDiagram } from '../../../src/testing/simulation/sequence-diagram.ts';

function event(
  at: number,
  host: string | undefined,
  peer: string | undefined,
  kind: TraceEvent['kind'],
  text: string,
): TraceEvent {
  return { at, host, peer, kind, text, connection: kind === 'host' ? 0 : 1 };
}

describe('writeDiagram', () => {
  it('draws a column for each host, what it sent as an arrow and what it saw as a dot', () => {
    const diagram = writeDiagram([
      event(0, 'a', 'b', 'sent', 'SYN'),
      event(1.5, 'b', 'a', 'arrived', 'SYN'),
      event(2, 'c', 'a', 'sent', 'FIN'),
      event(3, undefined, undefined, 'host', 'healed'),
      event(4, 'b', undefined, 'host', 'crash, reset'),
    ]);
    expect(diagram).toBe(`          ms  a                     b                     c
       0.000  ├─ #1 SYN ────────────▶                     │
       1.500  │                     ● #1 SYN              │
       2.000  ◀─ #1 FIN ──────────────────────────────────┤
       3.000  ══ healed ════════════════════════════════════════════════════════
       4.000  │                     ■ crash, reset        │
`);
  });

  it('makes the columns as wide as the texts, and cuts what is longer', () => {
    const diagram = writeDiagram([
      event(0, 'a', 'b', 'sent', 'x'.repeat(100)),
      event(1, 'b', 'a', 'sent', 'y'.repeat(30)),
    ]);
    const [, first, second] = diagram.split('\n');
    expect(first?.endsWith('…▶')).toBe(true);
    expect(first).toHaveLength(second?.length ?? 0);
  });
});
