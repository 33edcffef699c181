import { connect, framed, lengthPrefixed, serialized, type Codec } from 'rxjs-net';
import { bound } from '../contenders/bound.ts';
import { handlers, Pending } from './messages.ts';
import { PATTERN, type RequestContender } from './requester.ts';

/** A request, or its answer, in a format of one's own: id and method as numbers, and text. */
interface Message {
  readonly id: number;
  readonly method: number;
  readonly text: string;
}

const METHODS = [PATTERN];
const HEAD = 5;

const frames = serialized(lengthPrefixed(), {
  decode: (frame): Message => ({
    id: frame.readUInt32BE(0),
    method: frame[4] ?? 0,
    text: frame.toString('utf8', HEAD),
  }),
  encode: (frame: Buffer) => frame,
});

/** What is read is a frame; what is written goes straight into the write buffer. */
const messages: Codec<Message> = {
  decoder: () => frames.decoder(),
  encode: ({ id, method, text }, sink) => {
    sink.uint(HEAD + Buffer.byteLength(text), 4, 'big');
    sink.uint(id, 4, 'big');
    sink.uint(method, 1, 'big');
    sink.text(text);
  },
};

function answer({ id, method, text }: Message): Message {
  const handle = handlers.get(METHODS[method] ?? '');
  if (handle === undefined) throw new Error(`there is no method ${method}`);
  return { id, method, text: handle(text) };
}

/** The same requests without JSON, and a table of what waits for its answer. */
export const rxjsNetBinary: RequestContender = {
  listen: () =>
    bound(({ connections }) => {
      connections.pipe(framed(messages)).subscribe((connection) => {
        connection.received.subscribe({
          next: (request) => {
            connection.write(answer(request));
          },
          // A client that was killed at the end of its run.
          error: () => undefined,
        });
      });
    }),
  dial(port) {
    return new Promise((resolve, reject) => {
      connect(`127.0.0.1:${port}`)
        .pipe(framed(messages))
        .subscribe({
          next: (connection) => {
            const pending = new Pending();
            connection.received.subscribe(({ id, text }) => {
              pending.settle({ id, response: text });
            });
            resolve({
              request: (data, onAnswer) => {
                connection.write({ id: pending.add(onAnswer), method: METHODS.indexOf(PATTERN), text: data });
              },
            });
          },
          error: reject,
        });
    });
  },
};
