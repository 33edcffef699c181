import { Server } from 'node:net';
import { RSocketConnector, RSocketServer, type RSocket } from 'rsocket-core';
import { TcpClientTransport } from 'rsocket-tcp-client';
import { TcpServerTransport } from 'rsocket-tcp-server';
import { portOf } from '../contenders/local-sockets.ts';
import { PATTERN, type RequestContender } from './requester.ts';

/** Request/response of the protocol, whose stream ids are the correlation; pattern and data are JSON as everybody's. */
export const rsocket: RequestContender = {
  async listen() {
    const listener = new Server();
    const server = new RSocketServer({
      transport: new TcpServerTransport({
        listenOptions: { host: '127.0.0.1', port: 0 },
        socketCreator: () => listener,
      }),
      acceptor: { accept: () => Promise.resolve({ requestResponse }) },
    });
    await server.bind();
    return portOf(listener);
  },
  async dial(port) {
    const transport = new TcpClientTransport({ connectionOptions: { host: '127.0.0.1', port } });
    const peer = await new RSocketConnector({ transport }).connect();
    return {
      request: (data, onAnswer) => {
        const payload = { data: toBytes({ pattern: PATTERN, data }) };
        peer.requestResponse(payload, {
          onNext: ({ data: answer }) => {
            onAnswer((fromBytes(answer) as { response: string }).response);
          },
          onComplete: () => undefined,
          onExtension: () => undefined,
          onError: (error) => {
            throw error;
          },
        });
      },
    };
  },
};

const requestResponse: RSocket['requestResponse'] = (payload, responder) => {
  const { data } = fromBytes(payload.data) as { data: string };
  responder.onNext({ data: toBytes({ response: data }) }, true);
  return { cancel: () => undefined, onExtension: () => undefined };
};

function toBytes(message: unknown): Buffer {
  return Buffer.from(JSON.stringify(message));
}

function fromBytes(data: Buffer | null | undefined): unknown {
  return JSON.parse(data?.toString() ?? 'null');
}
