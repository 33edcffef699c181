/** For the error of the outermost `subscribe`: says why, and leaves an exit code that says that it failed. */
export function fail(error: unknown): void {
  console.error(messageOf(error));
  process.exitCode = 1;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
