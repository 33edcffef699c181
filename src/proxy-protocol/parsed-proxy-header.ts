import type { ProxyHeader } from './proxy-header.ts';

/** The bytes are a beginning of a header, and no shorter one than `needs` bytes in all: so many can be read safely. */
export interface IncompleteHeader {
  readonly kind: 'incomplete';
  readonly needs: number;
}

/** The header takes `length` bytes; what is behind it, belongs to the connection. */
export interface CompleteHeader {
  readonly kind: 'header';
  readonly header: ProxyHeader;
  readonly length: number;
}

/** Whatever may follow, these bytes are no header. `detail` says why. */
export interface InvalidHeader {
  readonly kind: 'invalid';
  readonly detail: string;
}

export type ParsedProxyHeader = IncompleteHeader | CompleteHeader | InvalidHeader;

export function incomplete(needs: number): IncompleteHeader {
  return { kind: 'incomplete', needs };
}

export function invalid(detail: string): InvalidHeader {
  return { kind: 'invalid', detail };
}
