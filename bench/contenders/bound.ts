import { bind, parseEndpoint, type Server } from 'rxjs-net';

/** Binds this library to a free port of 127.0.0.1. @returns the port */
export function bound(onServer: (server: Server) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    bind('127.0.0.1:0', { maxConnections: Infinity }).subscribe({
      next: (server) => {
        onServer(server);
        const endpoint = parseEndpoint(server.endpoint);
        if (endpoint.kind === 'tcp') resolve(endpoint.port);
      },
      error: reject,
    });
  });
}
