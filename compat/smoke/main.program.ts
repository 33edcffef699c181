// Tries what is promised on the runtime that runs it, and says what came of it, a line of JSON for each check. It is started
// by ../smoke.ts, as one file, beside an installed package: smoke.mjs SUITE SETTINGS FIRST
import { basicChecks } from './basics.ts';
import type { Check } from './check.ts';
import { conformanceChecks } from './conformance.ts';
import { readIssued } from './issued.ts';
import type { Message } from './message.ts';

const PATIENCE = 60_000;
/** The exit code of a process that would not end although everything is closed. */
const STILL_ALIVE = 3;

// A library that lets an error escape has failed the check that is under way, and the rest can go on.
const escaped: unknown[] = [];

async function main(suite = '', settings = '', first = '0'): Promise<void> {
  process.on('uncaughtException', (error) => escaped.push(error));
  process.on('unhandledRejection', (error) => escaped.push(error));
  const issued = readIssued(settings);
  const checks = suite === 'conformance' ? conformanceChecks(issued) : basicChecks(issued);
  for (const [index, check] of checks.entries()) {
    if (index < Number(first)) continue;
    const { name } = check;
    say({ kind: 'begun', index, name });
    const failure = await failureOf(check);
    if (failure === undefined || issued.once.includes(name)) {
      say({ kind: 'ended', index, name, error: failure });
    } else {
      // On a busy machine a wait may have been too short. Once more, and the parent says so.
      const error = await failureOf(check);
      say({ kind: 'ended', index, name, error, again: error === undefined ? failure : undefined });
    }
  }
  say({ kind: 'done' });
  // Keeps nothing alive itself: it comes only where something else does.
  setTimeout(() => process.exit(STILL_ALIVE), 10_000).unref();
}

async function failureOf({ run }: Check): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not over after ${PATIENCE} ms`));
    }, PATIENCE);
  });
  try {
    await Promise.race([run(), late]);
  } catch (error) {
    return described(error);
  } finally {
    clearTimeout(timer);
  }
  const [one] = escaped.splice(0);
  return one === undefined ? undefined : `uncaught: ${described(one)}`;
}

function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const [suite, settings, first] = process.argv.slice(2);
void main(suite, settings, first);
