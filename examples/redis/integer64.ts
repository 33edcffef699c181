/** An integer of 64 bits as Redis takes it, which is written in one way only; undefined for anything else. */
export function integer64(text: string): bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/u.test(text)) return undefined;
  const value = BigInt(text);
  return fits64(value) ? value : undefined;
}

export function fits64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
