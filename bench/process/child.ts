/**
 * A child process: it plays one role for one contender, and answers calls until its parent is gone.
 *
 * The role's module, and by it the contender's, are loaded here and nowhere else, so that nobody pays for others' code.
 */
import type { Assignment, Call, Methods, Reply } from './calls.ts';

const { role, contender } = JSON.parse(process.argv[2] ?? '{}') as Assignment;
const { play } = (await import(`../roles/${role}.js`)) as { play: (contender: string) => Promise<Methods> };
const methods = await play(contender);

process.on('message', (call: Call) => {
  void answer(call).then((reply) => process.send?.(reply));
});
// The parent ended, however: nobody is left to measure for. Ctrl-C reaches us too, but the parent decides.
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

async function answer({ id, method, argument }: Call): Promise<Reply> {
  try {
    const asked = methods[method];
    if (asked === undefined) throw new Error(`${role} has no method ${method}`);
    return { id, value: (await asked(argument as never)) ?? null };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.send?.({ id: 0, value: null } satisfies Reply);
