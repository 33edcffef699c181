import { once } from 'node:events';
import { connected } from '../contenders/local-sockets.ts';
import { frameOf } from '../contenders/plain-frames.ts';
import { messagesOf } from '../messages/message.ts';
import { StreamTally } from '../messages/stream-tally.ts';
import { Tally, type Total } from '../messages/tally.ts';

export interface FrameRun {
  readonly port: number;
  /** Bytes of a frame, prefix included. */
  readonly frame: number;
  readonly bytes: number;
}

/** The same frames for every consumer, as fast as it takes them. */
export type FrameSource = {
  /** What was sent, counted in both ways. */
  send(run: FrameRun): Promise<{ bytes: Total; messages: Total }>;
};

const PREFIX = 4;

export function play(): Promise<FrameSource> {
  return Promise.resolve({ send });
}

async function send({ port, frame, bytes }: FrameRun): Promise<{ bytes: Total; messages: Total }> {
  const payloads = messagesOf(frame - PREFIX).messages;
  const frames = payloads.map(frameOf);
  const tallies = { bytes: new StreamTally(), messages: new Tally() };
  const socket = await connected(port);
  for (let index = 0; tallies.bytes.count < bytes; index = (index + 1) % frames.length) {
    const next = frames[index] ?? Buffer.alloc(0);
    tallies.bytes.take(next);
    tallies.messages.take(payloads[index] ?? next);
    if (!socket.write(next)) await once(socket, 'drain');
  }
  socket.end();
  await once(socket, 'finish');
  return { bytes: tallies.bytes.total, messages: tallies.messages.total };
}
