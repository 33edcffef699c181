// What all consumers do: an echo of messages, over a socket.
import { firstValueFrom, map } from 'rxjs';

/** Says hello to itself with the `rxjs-net` that it is given, and throws if that is not heard. */
export async function talk({ bind, framed, framedConnection, jsonLines, openConnection, serve }) {
  const { endpoint, stop } = await new Promise((resolve, reject) => {
    const subscription = bind('127.0.0.1:0').subscribe({
      next: (server) => {
        const answer = ({ received }) => received.pipe(map((text) => text.toUpperCase()));
        server.connections.pipe(framed(jsonLines()), serve(answer)).subscribe();
        resolve({ endpoint: server.endpoint, stop: () => subscription.unsubscribe() });
      },
      error: reject,
    });
  });
  const connection = framedConnection(await openConnection(endpoint), jsonLines());
  connection.write('hello');
  const heard = await firstValueFrom(connection.received);
  await connection.close();
  stop();
  if (heard !== 'HELLO') throw new Error(`it heard ${heard}`);
}
