import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { afterThisSpec } from '../cleanup.ts';
import { within } from './program.ts';

/** A plain socket on the other side of an example, so that nothing of the library is taken for granted. */
export interface Peer {
  readonly socket: Socket;
  /** All text until now. */
  readonly heard: string;
  /** Resolves once a text was heard. */
  hears(text: string): Promise<void>;
  /** How the other side ended it: FIN, or RST. */
  readonly ended: Promise<'FIN' | 'RST'>;
}

export async function dial(to: number | string): Promise<Peer> {
  const options: NetConnectOpts = typeof to === 'string' ? { path: to } : { host: '127.0.0.1', port: to };
  const socket = connect({ ...options, allowHalfOpen: true });
  const peer = listenTo(socket);
  await within(once(socket, 'connect'), () => `no connection to ${to}`);
  return peer;
}

/** Resolves when the other side, which has ended, takes no answer any more: to a write it says RST. */
export function isReset({ socket }: Peer): Promise<unknown> {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('late');
  return within(closed, () => 'the other side is still there');
}

/** A socket that a spec made or accepted itself. */
export function listenTo(socket: Socket): Peer {
  let heard = '';
  const watchers = new Set<() => void>();
  afterThisSpec(() => socket.destroy());
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
    for (const watch of watchers) watch();
  });
  const ended = new Promise<'FIN' | 'RST'>((resolve) => {
    socket
      .once('end', () => {
        resolve('FIN');
      })
      .on('error', () => {
        resolve('RST');
      });
  });
  return {
    socket,
    get heard() {
      return heard;
    },
    hears: (text) =>
      within(
        new Promise((resolve) => {
          let from = 0;
          const watch = (): void => {
            if (!heard.includes(text, from)) {
              from = Math.max(0, heard.length - text.length);
              return;
            }
            watchers.delete(watch);
            resolve();
          };
          watchers.add(watch);
          watch();
        }),
        () => `never heard '${text}', but:\n${heard.slice(-2000)}`,
      ),
    get ended() {
      return within(ended, () => 'the other side does not end');
    },
  };
}
