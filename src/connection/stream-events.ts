import type { Duplex } from 'node:stream';

/** Whoever a stream tells what happens. */
export interface StreamListener {
  onStreamError(error: Error): void;
  onStreamData(chunk: Buffer | string): void;
  onStreamEnd(): void;
  onStreamFinish(): void;
  onStreamClose(): void;
}

const LISTENER: unique symbol = Symbol('rxjs-net listener');

interface Listened extends Duplex {
  [LISTENER]?: StreamListener;
}

/**
 * Listens to a stream. The functions are the same for all streams and find their listener by a symbol: five closures for
 * each connection would cost more memory than the connection.
 *
 * The 'error' listener is the first and is never removed: a late error must not become an uncaught exception.
 */
export function listenTo(stream: Listened, listener: StreamListener): void {
  stream[LISTENER] = listener;
  stream.on('error', onError).on('data', onData).on('end', onEnd).on('finish', onFinish).on('close', onClose);
}

function onError(this: Listened, error: Error): void {
  this[LISTENER]?.onStreamError(error);
}

function onData(this: Listened, chunk: Buffer | string): void {
  this[LISTENER]?.onStreamData(chunk);
}

function onEnd(this: Listened): void {
  this[LISTENER]?.onStreamEnd();
}

function onFinish(this: Listened): void {
  this[LISTENER]?.onStreamFinish();
}

function onClose(this: Listened): void {
  this[LISTENER]?.onStreamClose();
}
