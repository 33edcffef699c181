/**
 * How many requests a second go through this transport, and through Nest's own over TCP.
 *
 *   npx tsx examples/nestjs/throughput.ts            a minute and a half
 *   npx tsx examples/nestjs/throughput.ts --smoke    a second, to see that it runs: its figures mean nothing
 *
 * Both have the same controller, with all that Nest puts around it, and a client and a server in one process: what is compared is
 * what a request costs both ends together. They take turns, round after round, so that whatever else the machine does meets both.
 */
import 'reflect-metadata';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientTCP,
  MessagePattern,
  ServerTCP,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { count, lastValueFrom, merge, repeat, takeWhile } from 'rxjs';
import type { Server as BoundServer } from 'rxjs-net';
import { RxjsNetClient } from './rxjs-net-client.ts';
import { RxjsNetServer } from './rxjs-net-server.ts';
import { spreadOf } from './spread.ts';

const isSmoke = process.argv.includes('--smoke');
const ROUNDS = isSmoke ? 2 : 12;
const MILLISECONDS = isSmoke ? 50 : 1000;
// One caller that waits for each answer, one that does not, and many that do not.
const LOADS = [
  { connections: 1, underWay: 1 },
  { connections: 1, underWay: 16 },
  { connections: 16, underWay: 16 },
] as const;
const TEXT =
  'a text of a hundred bytes, as small as what most services ask for and tell each other all the day ...';

@Controller()
class EchoController {
  @MessagePattern('echo')
  echo(text: string): string {
    return text;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

type Load = (typeof LOADS)[number];

/** Resolves to how many requests a second were answered. */
type Round = (load: Load) => Promise<number>;

/** The clients are those of the transport under test, and are kept: making connections is not what is measured. */
async function roundsOf(clients: readonly Pick<ClientProxy, 'connect' | 'send'>[]): Promise<Round> {
  await Promise.all(clients.map((client) => client.connect()));
  return async ({ connections, underWay }) => {
    const began = performance.now();
    const isTime = (): boolean => performance.now() - began < MILLISECONDS;
    const callers = clients.slice(0, connections).flatMap((client) => {
      const caller = client.send<string>('echo', TEXT).pipe(repeat(), takeWhile(isTime, true));
      return Array.from({ length: underWay }, () => caller);
    });
    const answers = await lastValueFrom(merge(...callers).pipe(count()));
    return (answers / (performance.now() - began)) * 1000;
  };
}

async function start(options: MicroserviceOptions): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(EchoModule, {
    ...options,
    logger: ['error'],
  });
  await app.listen();
  return app;
}

function sixteen<Client>(create: () => Client): Client[] {
  return Array.from({ length: 16 }, create);
}

const ours = await start({ strategy: new RxjsNetServer({ endpoint: '127.0.0.1:0' }) });
const theirs = await start({ strategy: new ServerTCP({ host: '127.0.0.1', port: 0 }) });
const { endpoint } = ours.unwrap<BoundServer>();
const { port } = theirs.unwrap<NetServer>().address() as AddressInfo;
const ourClients = sixteen(() => new RxjsNetClient({ endpoint }));
const theirClients = sixteen(() => new ClientTCP({ host: '127.0.0.1', port }));
const ourRound = await roundsOf(ourClients);
const theirRound = await roundsOf(theirClients);

console.log(
  `requests a second, the median and the quartiles of ${ROUNDS} rounds of ${MILLISECONDS} ms each\n`,
);
console.log('| connections | under way on each | rxjs-net | Nest, TCP | ratio |');
console.log('| ---: | ---: | ---: | ---: | ---: |');
for (const load of LOADS) {
  const our: number[] = [];
  const their: number[] = [];
  // The first is for the compiler.
  for (let round = -1; round < ROUNDS; round += 1) {
    const first = round % 2 === 0 ? await ourRound(load) : undefined;
    const theirRate = await theirRound(load);
    const ourRate = first ?? (await ourRound(load));
    if (round < 0) continue;
    our.push(ourRate);
    their.push(theirRate);
  }
  const ratios = our.map((rate, round) => rate / (their[round] ?? NaN));
  const { connections, underWay } = load;
  const cells = [connections, underWay, row(our, 0), row(their, 0), row(ratios, 2)];
  console.log(`| ${cells.join(' | ')} |`);
}
await Promise.all(ourClients.map((client) => client.close()));
for (const client of theirClients) client.close();
await Promise.all([ours.close(), theirs.close()]);

function row(values: readonly number[], digits: number): string {
  const { median, q1, q3 } = spreadOf(values);
  return `${median.toFixed(digits)} (${q1.toFixed(digits)}–${q3.toFixed(digits)})`;
}
