import { PassThrough, Transform, type Duplex } from 'node:stream';
import type { Connection } from '../connection/connection.ts';
import type { Bytes } from '../framing/bytes.ts';
import { INCOMPLETE, type Decoder } from '../framing/codec.ts';
import { lines } from '../framing/lines.ts';
import { framedConnection } from '../operators/framed-connection.ts';

/** In what pieces standard input goes out, and standard output comes in. */
export interface MessageMode<In, Out> {
  /** Standard input is piped through it, and what it gives is sent. */
  splitter(): Duplex;
  /** The connection in these pieces. */
  over(connection: Connection): Connection<In, Out>;
  /** A piece as it is written to standard output. */
  print(message: In, connection: Connection): Bytes;
}

/** Bytes as they come. */
export const bytesMode: MessageMode<Buffer, Bytes> = {
  splitter: () => new PassThrough(),
  over: (connection) => connection,
  print: (chunk) => chunk,
};

/**
 * Whole lines. What comes is written with a line feed behind, and a `label` in front; what goes out has `ending` behind.
 *
 * Latin-1 knows every byte, so that text in any encoding passes as it is.
 */
export function linesMode(
  ending: '\n' | '\r\n',
  label: (connection: Connection) => string,
): MessageMode<string, string> {
  const codec = lines({ encoding: 'latin1', ending, unterminated: 'deliver' });
  return {
    splitter: () => decodingStream(codec.decoder()),
    // A person may think for longer in the middle of a line than any program should.
    over: (connection) => framedConnection(connection, codec, { frameTimeout: Infinity }),
    print: (text, connection) => Buffer.from(`${label(connection)}${text}\n`, 'latin1'),
  };
}

function decodingStream(decoder: Decoder<string>): Duplex {
  return new Transform({
    readableObjectMode: true,
    transform(chunk: Buffer, _encoding, done) {
      try {
        decoder.push(chunk);
        for (let line = decoder.next(); line !== INCOMPLETE; line = decoder.next()) this.push(line);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    flush(done) {
      const line = decoder.end();
      if (line !== INCOMPLETE) this.push(line);
      done();
    },
  });
}
