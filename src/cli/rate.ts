/** Tells, each time, by how much a total has grown a second since the time before; the first time, nothing. */
export function rates(): (total: number, now: number) => number | undefined {
  let before: { readonly total: number; readonly now: number } | undefined;
  return (total, now) => {
    const seconds = before === undefined ? 0 : (now - before.now) / 1000;
    const rate = before === undefined || seconds <= 0 ? undefined : (total - before.total) / seconds;
    before = { total, now };
    return rate;
  };
}
