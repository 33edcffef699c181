const PREFIXES = ['', 'k', 'M', 'G', 'T'];

/** Bytes as a person reads them: `999 B`, `1.00 kB`, `12.3 MB`. */
export function formatBytes(bytes: number): string {
  // By what it rounds to: 999,950 bytes are 1.00 MB, and not 1000 kB.
  const found = PREFIXES.findIndex((_, step) => Number((bytes / 1000 ** step).toPrecision(3)) < 1000);
  const step = found === -1 ? PREFIXES.length - 1 : found;
  const scaled = bytes / 1000 ** step;
  // Three digits, but for what is whole, and for thousands of the greatest unit: `toPrecision` would write 1.00e+3.
  const digits = step === 0 || found === -1 ? scaled.toFixed(0) : scaled.toPrecision(3);
  return `${digits} ${PREFIXES[step] ?? ''}B`;
}

/** Milliseconds as a person reads them: `340 ms`, `12.3 s`, `4:05`, `1:04:05`. */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.floor(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [first, ...rest] = parts[0] === 0 ? parts.slice(1) : parts;
  return [String(first), ...rest.map((part) => String(part).padStart(2, '0'))].join(':');
}
