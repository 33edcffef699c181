/** What can be loaded, by name: a child process loads the one that it plays, and nobody else's code. */
export type Loaders<T> = Readonly<Record<string, () => Promise<T>>>;

export function load<T>(loaders: Loaders<T>, name: string): Promise<T> {
  const loader = loaders[name];
  if (loader === undefined)
    throw new Error(`there is no ${name}; there are ${Object.keys(loaders).join(', ')}`);
  return loader();
}
