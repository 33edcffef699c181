import { NEVER } from 'rxjs';
import { connectionTables } from '../../src/cli/connection-table.ts';
import type { ProxiedConnection } from '../../src/testing/fault-proxy/proxied-connection.ts';

function connection(
  id: string,
  up: number,
  down: number,
  more: Partial<ProxiedConnection> = {},
): ProxiedConnection {
  const traffic = { bytesRead: 0, bytesInTransit: 1000, ended: false };
  return {
    ...{
      id,
      client: '127.0.0.1:50312',
      server: 'b:1',
      openedAt: 0,
      state: 'open',
      faulty: true,
      error: undefined,
    },
    upstream: { ...traffic, bytesPassed: up },
    downstream: { ...traffic, bytesPassed: down },
    closed: NEVER,
    reset: () => undefined,
    ...more,
  };
}

const SIZE = { rows: 24, columns: 120, footer: 'the footer' };

const HEAD = ['#', 'client', 'age', 'state', 'up', 'up/s', 'down', 'down/s', 'in transit'];
const cells = (lines: readonly string[]): string[][] => lines.map((line) => line.trim().split(/ {2,}/));

describe('the table of connections', () => {
  it('has a line for each, with rates since the table before', () => {
    const table = connectionTables();
    const first = table({ connections: [connection('1', 500, 0)], now: 1000, ...SIZE });
    expect(cells(first)).toEqual([
      HEAD,
      ['1', '127.0.0.1:50312', '1.0 s', 'open', '500 B', '0 B', '2.00 kB'],
      ['the footer'],
    ]);
    const connections = [
      connection('1', 1500, 40),
      connection('2', 7, 0, { state: 'half-closed', openedAt: 2500 }),
    ];
    const second = table({ connections, now: 3000, ...SIZE });
    expect(cells(second)).toEqual([
      HEAD,
      ['1', '127.0.0.1:50312', '3.0 s', 'open', '1.50 kB', '500 B/s', '40 B', '20 B/s', '2.00 kB'],
      ['2', '127.0.0.1:50312', '500 ms', 'half-closed', '7 B', '0 B', '2.00 kB'],
      ['the footer'],
    ]);
  });

  it('tells no rate when no time has passed', () => {
    const table = connectionTables();
    const content = { connections: [connection('1', 500, 0)], now: 1000, ...SIZE };
    expect(table(content)).toEqual(table(content));
  });

  it('has columns that are aligned', () => {
    const connections = [connection('1', 1500, 40), connection('12', 7, 123_456)];
    const lines = connectionTables()({ connections, now: 3000, ...SIZE }).slice(0, -1);
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  });

  it('has the footer alone when there is nobody', () => {
    expect(connectionTables()({ connections: [], now: 0, ...SIZE })).toEqual(['the footer']);
  });

  it('is no higher and no wider than the terminal, and counts whom it does not show', () => {
    const connections = Array.from({ length: 30 }, (_, index) => connection(String(index), 0, 0));
    const lines = connectionTables()({ connections, now: 0, rows: 10, columns: 40, footer: 'the footer' });
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines.at(-2)).toBe('… and 23 more');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });
});
