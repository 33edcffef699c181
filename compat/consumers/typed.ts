// A program with types, compiled and run in each way that TypeScript knows.
import { firstValueFrom, map, type Observable } from 'rxjs';
import {
  bind,
  framed,
  framedConnection,
  jsonLines,
  openConnection,
  serve,
  TransportError,
  type Connection,
  type Server,
} from 'rxjs-net';
import { connectionDouble, type ConnectionDouble } from 'rxjs-net/testing';

interface Question {
  readonly n: number;
}

interface Answer {
  readonly doubled: number;
}

const answer = ({ received }: Connection<Question, Answer>): Observable<Answer> =>
  received.pipe(map(({ n }) => ({ doubled: 2 * n })));

async function main(): Promise<void> {
  let stop = (): void => undefined;
  const server = await new Promise<Server>((resolve, reject) => {
    const subscription = bind('127.0.0.1:0').subscribe({ next: resolve, error: reject });
    stop = () => {
      subscription.unsubscribe();
    };
  });
  server.connections.pipe(framed(jsonLines<Question, Answer>()), serve(answer)).subscribe();
  const connection = framedConnection(await openConnection(server.endpoint), jsonLines<Answer, Question>());
  connection.write({ n: 21 });
  const { doubled } = await firstValueFrom(connection.received);
  await connection.close();
  stop();
  await firstValueFrom(server.closed);
  const error: unknown = await openConnection(server.endpoint).catch((reason: unknown) => reason);
  const refused = error instanceof TransportError && error.code === 'ERR_CONNECTION_REFUSED';
  const double: ConnectionDouble<Question, Answer> = connectionDouble();
  if (doubled !== 42 || !refused || double.remote !== 'there:2') {
    throw new Error(`${doubled} ${String(error)}`);
  }
  console.log('it talks');
}

void main();
