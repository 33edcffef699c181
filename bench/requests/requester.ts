/** What is asked for: the same text comes back. It is what every contender's server has one handler for. */
export const PATTERN = 'echo';

/** The asking side of a connection. */
export interface Requester {
  /** Sends a request, and calls when its own answer has come. */
  request(data: string, onAnswer: (answer: string) => void): void;
}

/** A way to ask over TCP, with a correlation id for each request. */
export interface RequestContender {
  /** @returns the port, on 127.0.0.1 */
  listen(): Promise<number>;
  dial(port: number): Promise<Requester>;
}
