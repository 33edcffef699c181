import { Duplex } from 'node:stream';
import { NEVER, type Observable } from 'rxjs';
import { readConnectionOptions, type ConnectionSettings } from '../src/connection/connection-options.ts';
import type { Connection } from '../src/connection/connection.ts';
import { DuplexConnection, type ConnectionProfile } from '../src/connection/duplex-connection.ts';
import { plainTraits } from '../src/connection/stream-traits.ts';
import type { Endpoint } from '../src/index.ts';
import { afterThisSpec } from './cleanup.ts';

/** A stream whose other end is the spec: it decides what comes in and when a write is done. */
export interface Wire {
  readonly stream: Duplex;
  readonly connection: Connection;
  /** What was written so far, as text. */
  readonly written: () => string;
  /** How often the stream's `write` or `writev` was called. */
  readonly writes: () => number;
  /** Whether our FIN has come. */
  readonly ended: () => boolean;
  /** From now on, writes are not taken any more. */
  readonly stall: () => void;
  /** Takes what has stalled, and all that follows. */
  readonly flow: () => void;
  /** The peer says something. */
  readonly say: (text: string) => void;
  /** The peer sends FIN. */
  readonly fin: () => void;
  /** The connection breaks. */
  readonly fail: (code: string) => void;
}

type WireOptions = Partial<ConnectionSettings & Omit<ConnectionProfile, 'settings'> & { remote: Endpoint }>;

export function wire(options: WireOptions = {}): Wire {
  const chunks: Buffer[] = [];
  let writes = 0;
  let ended = false;
  let stalled = false;
  let resume: (() => void) | undefined;
  const take = (taken: readonly Buffer[], callback: () => void): void => {
    writes += 1;
    chunks.push(...taken);
    if (stalled) resume = callback;
    else callback();
  };
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, callback) => {
      take([chunk], callback);
    },
    writev: (batch: { chunk: Buffer }[], callback) => {
      take(
        batch.map(({ chunk }) => chunk),
        callback,
      );
    },
    final: (callback) => {
      ended = true;
      callback();
    },
  });
  stream.pause();
  const { remote = 'there:2', role = 'accepted', draining = NEVER, traits = plainTraits } = options;
  const settings = { ...readConnectionOptions({}), ...options };
  const profile = { settings, role, draining, traits };
  const connection = new DuplexConnection(stream, 'here:1', remote, profile);
  afterThisSpec(() => {
    connection.abort();
  });
  return {
    stream,
    connection,
    written: () => Buffer.concat(chunks).toString(),
    writes: () => writes,
    ended: () => ended,
    stall: () => {
      stalled = true;
    },
    flow: () => {
      stalled = false;
      resume?.();
      resume = undefined;
    },
    say: (text) => {
      stream.push(text);
    },
    fin: () => {
      stream.push(null);
    },
    fail: (code) => {
      stream.destroy(Object.assign(new Error(code), { code }));
    },
  };
}

/** Waits until all that is due in this and the next turns of the event loop is done; no time passes. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What an Observable did, as a list of words: values, then `complete` or the error's code. */
export function record(source: Observable<unknown>): { log: string[]; stop: () => void } {
  const log: string[] = [];
  const subscription = source.subscribe({
    next: (value) => log.push(Buffer.isBuffer(value) ? value.toString() : JSON.stringify(value)),
    error: (error: unknown) => log.push(String(Reflect.get(Object(error) as object, 'code') ?? error)),
    complete: () => log.push('complete'),
  });
  return {
    log,
    stop: () => {
      subscription.unsubscribe();
    },
  };
}
