/** What standard output has failed with, as whoever has typed the command can take it. */
export function outputFailure(cause: Error): Error {
  return 'code' in cause && cause.code === 'EPIPE'
    ? new Error('nobody reads standard output any more (EPIPE)', { cause })
    : new Error(`standard output cannot be written: ${cause.message}`, { cause });
}
