/** What a process has used: microseconds of CPU, system included, since the start of a measurement. */
export interface Usage {
  readonly cpu: number;
  /** The most memory that it ever had, in MiB. */
  readonly peakRss: number;
}

/** Starts to measure the CPU time of this process. */
export function usageFromNow(): () => Usage {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { cpu: user + system, peakRss: process.resourceUsage().maxRSS / 1024 };
  };
}

/** Milliseconds on a clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
