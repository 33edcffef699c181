/**
 * The members of `upper`, and for what it has not, those of `lower`. What is hidden are the ways of this library round the
 * members of a Connection: a fault that these go round would not be there.
 */
export function overlaid<T extends object>(
  lower: T,
  upper: Partial<T>,
  hidden: readonly PropertyKey[] = [],
): T {
  return new Proxy(lower, {
    has: (target, property) => !hidden.includes(property) && Reflect.has(target, property),
    get: (target, property) => {
      if (hidden.includes(property)) return undefined;
      if (property in upper) return Reflect.get(upper, property) as unknown;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
