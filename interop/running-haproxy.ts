import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defer, retry } from 'rxjs';
import { startHaproxy } from './foreign-process.ts';
import { exchange } from './our-client.ts';
import { within } from './within.ts';

const DEFAULTS = `
defaults
  mode tcp
  timeout connect 5s
  timeout client 10s
  timeout server 10s
`;

/** Starts HAProxy with these sections in its configuration, and waits until it is at work. */
export async function runHaproxy(directory: string, sections: string): Promise<void> {
  const [configuration, socket] = [join(directory, 'haproxy.cfg'), join(directory, 'stats')];
  writeFileSync(configuration, `global\n  stats socket ${socket}\n${DEFAULTS}\n${sections}\n`);
  const haproxy = startHaproxy(configuration);
  // It answers here when every listener is bound. It reports nothing by itself, so it is asked until it does.
  const answer = defer(() => exchange(`unix:${socket}`, ['show info\n'])).pipe(
    retry({ delay: 50, count: 200 }),
  );
  const gone = haproxy.exit(60_000).then(({ code }) => {
    throw new Error(`HAProxy has left with ${String(code)}; does it like ${configuration}?`);
  });
  gone.catch(() => undefined);
  await within('HAProxy', Promise.race([within('an answer of HAProxy', answer), gone]));
}
