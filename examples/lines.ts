import { concat, defer, EMPTY, mergeMap, of, type OperatorFunction } from 'rxjs';

/**
 * Bytes to the lines in them, without their line ends; what follows the last line end is a line as well.
 *
 * ```text
 * bytes     he-llo\nwo-rld\n---ta-il|
 * lines()   ----hello--world--------(tail|)
 * ```
 *
 * A character that was cut in two by a chunk is put together again. A line has a limit, because a peer that never sends
 * a line end would fill the memory.
 */
export function lines(longest: number = 64 * 1024): OperatorFunction<Uint8Array, string> {
  return (bytes) =>
    defer(() => {
      const decoder = new TextDecoder();
      let rest = '';
      const cut = (chunk: Uint8Array): string[] => {
        const whole = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
        rest = whole.pop() ?? '';
        if (rest.length > longest) throw new Error(`a line is longer than ${longest} characters`);
        return whole;
      };
      const tail = defer(() => (rest === '' ? EMPTY : of(rest)));
      return concat(bytes.pipe(mergeMap(cut)), tail);
    });
}
