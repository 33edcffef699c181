import { dial } from './peer.ts';
import { run, within, type Program } from './program.ts';

/** What Prometheus reads, as a value for each series. */
async function scrape(program: Program): Promise<ReadonlyMap<string, number>> {
  const [, url = ''] = await program.line(/^metrics on (http:.*)$/);
  const page = await within(
    fetch(url).then((response) => response.text()),
    () => `no page at ${url}`,
  );
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

describe('examples/prometheus/server.ts', () => {
  it('has a page for Prometheus with what its connections do, and ends at SIGTERM', async () => {
    const server = run('examples/prometheus/server.ts', '127.0.0.1:0', '0');
    const port = await server.port();
    const [first, second] = [await dial(port), await dial(port)];
    for (const peer of [first, second]) {
      peer.socket.write('hello');
      await peer.hears('hello');
    }
    const labels = [
      'server_address="127.0.0.1"',
      `server_port="${port}"`,
      'network_transport="tcp"',
      'network_type="ipv4"',
      'rxjs_net_connection_role="accepted"',
    ].join(',');
    const open = await scrape(server);
    expect(open.get(`rxjs_net_connection_opened_total{${labels}}`)).toBe(2);
    expect(open.get(`rxjs_net_connection_active{${labels}}`)).toBe(2);
    expect(open.get(`rxjs_net_connection_io_total{${labels},network_io_direction="receive"}`)).toBe(10);
    expect(open.get(`rxjs_net_connection_write_buffer{${labels}}`)).toBe(0);

    second.socket.end();
    expect(await second.ended).toBe('FIN');
    const closed = `rxjs_net_connection_closed_total{${labels}}`;
    const left = async (): Promise<ReadonlyMap<string, number>> => {
      const scraped = await scrape(server);
      // Our side sees the end before the server has seen everything of its own.
      return scraped.has(closed) ? scraped : left();
    };
    const one = await within(left(), () => `no ${closed}`);
    expect(one.get(closed)).toBe(1);
    expect(one.get(`rxjs_net_connection_active{${labels}}`)).toBe(1);
    expect(one.get(`rxjs_net_connection_duration_count{${labels}}`)).toBe(1);

    server.kill('SIGTERM');
    expect(await first.ended).toBe('FIN');
    first.socket.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.lines.at(-1)).toBe('stopped: 1 drained, 0 forced, 0 lost');
  });

  it('says why its page cannot be, and ends with code 1 when it is stopped', async () => {
    const first = run('examples/prometheus/server.ts', '127.0.0.1:0', '0');
    const [, taken = ''] = await first.line(/^metrics on http:\/\/127\.0\.0\.1:(\d+)/);
    const second = run('examples/prometheus/server.ts', '127.0.0.1:0', taken);
    await second.line(/EADDRINUSE/);
    second.kill('SIGTERM');
    expect(await second.ended).toEqual({ code: 1, signal: null });
  });
});
