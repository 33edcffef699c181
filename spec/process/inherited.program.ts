// Listens on the descriptor that the first argument names, tries it a second time after its end, and says what comes of it.
import { fromEvent } from 'rxjs';
import { bind, serve, TransportError, type Server } from '../../src/index.ts';

const [fd = '', endpoint = ''] = process.argv.slice(2);

function serveOnce(then: () => void): void {
  const tls = endpoint.startsWith('tls:') ? { secureContext: {} } : undefined;
  bind(endpoint, { fd: Number(fd), tls, until: fromEvent(process, 'SIGTERM') }).subscribe({
    next: (server: Server) => {
      server.connections.pipe(serve(({ received }) => received)).subscribe();
      process.stdout.write(`listening on ${server.endpoint}\n`);
    },
    error: (error: unknown) => {
      process.stdout.write(`${TransportError.is(error) ? error.message : String(error)}\n`);
    },
    complete: then,
  });
}

serveOnce(() => {
  serveOnce(() => undefined);
});
