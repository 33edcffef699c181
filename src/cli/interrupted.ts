/** The command was stopped in the middle of what it had to send. Exit code 130, as of a process that Ctrl-C has ended. */
export class Interrupted extends Error {
  override readonly name: string = 'Interrupted';
}
