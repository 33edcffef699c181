export const SECOND = 1000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;

/** How large a fleet is, and what befalls it. All times are milliseconds of the simulation. */
export interface FleetSettings {
  readonly seed: number;
  readonly servers: number;
  readonly clients: number;
  /** How long it is watched. */
  readonly duration: number;
  /** The clients come one by one, within so much time. */
  readonly arrival: number;
  /** Each client asks once in so much time. */
  readonly period: number;
  /** When the rolling restart begins, and how long after one server the next is drained. */
  readonly restartAt: number;
  readonly restartEvery: number;
  /** When the balancer loses a third of the servers, and for how long. */
  readonly partitionAt: number;
  readonly partitionFor: number;
  /** How many new connections the balancer lets in per second; as many may come at once. */
  readonly admissions: number;
  /** The jitter of `backoff`, from 0 to 1. */
  readonly jitter: number;
}

/** A day of 100 servers and 10,000 clients. */
export const day: FleetSettings = {
  seed: 1,
  servers: 100,
  clients: 10_000,
  duration: 24 * HOUR,
  arrival: MINUTE,
  period: 10 * MINUTE,
  restartAt: 2 * HOUR,
  restartEvery: MINUTE,
  partitionAt: 12 * HOUR,
  partitionFor: 10 * MINUTE,
  admissions: 500,
  jitter: 1,
};

/** Some minutes of a fleet that is much smaller, for CI. */
export const smoke: FleetSettings = {
  ...day,
  servers: 9,
  clients: 600,
  duration: 8 * MINUTE,
  arrival: 20 * SECOND,
  period: MINUTE,
  restartAt: MINUTE,
  restartEvery: 12 * SECOND,
  partitionAt: 4 * MINUTE,
  partitionFor: 2 * MINUTE,
  admissions: 30,
};

/** How the clients redial; what else `backoff` takes is its default. */
export const redial: { readonly initial: number; readonly max: number } = {
  initial: SECOND,
  max: 30 * SECOND,
};

/** A client aborts a connection on which it waits for an answer for so long. */
export const ANSWER_TIMEOUT: number = 10 * SECOND;

/** How long a request takes a server is left to chance. */
export const WORK = { least: 100, most: 2000 } as const;

/** From the end of a drain to the new process that listens. */
export const BOOT: number = 5 * SECOND;
