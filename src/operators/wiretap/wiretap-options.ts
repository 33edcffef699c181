import { choiceOption } from '../../errors/choice-option.ts';
import { quantityOption } from '../../errors/option-range.ts';

/**
 * What {@link wiretap} shows of what goes through a connection.
 *
 * @public
 */
export interface WiretapOptions<T = unknown> {
  /**
   * How bytes are shown: `hex` as a dump of hexadecimal and text, `text` as a string, `length` not at all. Text is shown as text, and
   * messages as `util.inspect` shows them, but for `length`. Default `hex`.
   */
  readonly format?: 'hex' | 'text' | 'length' | undefined;
  /** Bytes or characters of each value that are shown. Default 1024; `Infinity` for all of them. */
  readonly limit?: number | undefined;
  /**
   * What is shown in the place of a value, for what no log may hold; the connection gets the value itself. When it throws, nothing of
   * the value is shown. Default: the value.
   */
  readonly redact?: ((value: T, direction: 'received' | 'sent') => unknown) | undefined;
}

/** {@link WiretapOptions} with every default in its place. */
export interface WiretapSettings {
  readonly format: 'hex' | 'text' | 'length';
  readonly limit: number;
}

/** Reads the options once; throws `ERR_INVALID_OPTION`. */
export function readWiretapOptions<T>({ format, limit }: WiretapOptions<T>): WiretapSettings {
  return {
    format: choiceOption('format', format, 'hex', ['hex', 'text', 'length']),
    limit: quantityOption('limit', limit, 1024),
  };
}
