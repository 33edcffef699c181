// A Nest microservice and its client, over rxjs-net instead of Nest's TCP transport: `npx tsx examples/nestjs/main.ts`
import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientsModule,
  EventPattern,
  MessagePattern,
  RpcException,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { catchError, concat, interval, lastValueFrom, map, of, take, tap, type Observable } from 'rxjs';
import type { Server } from 'rxjs-net';
import { RxjsNetClient } from './rxjs-net-client.ts';
import { RxjsNetServer } from './rxjs-net-server.ts';

@Controller()
class NumbersController {
  @MessagePattern('sum')
  sum(numbers: readonly number[]): number {
    if (numbers.length === 0) throw new RpcException('there is nothing to add');
    return numbers.reduce((sum, number) => sum + number, 0);
  }

  @MessagePattern('clock')
  clock(): Observable<string> {
    return interval(50).pipe(map((tick) => `tick ${tick}`));
  }

  @EventPattern('greeting')
  greet(name: string): void {
    console.log(`hello, ${name}`);
  }
}

@Module({ controllers: [NumbersController] })
class NumbersModule {}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(NumbersModule, {
  strategy: new RxjsNetServer({ endpoint: '127.0.0.1:0' }),
  logger: ['error', 'warn'],
});
await app.listen();
const { endpoint } = app.unwrap<Server>();

@Module({
  imports: [ClientsModule.register([{ name: 'NUMBERS', customClass: RxjsNetClient, options: { endpoint } }])],
})
class CallerModule {
  readonly numbers: ClientProxy;

  constructor(@Inject('NUMBERS') numbers: ClientProxy) {
    this.numbers = numbers;
  }
}

const caller = await NestFactory.createApplicationContext(CallerModule, { logger: ['error', 'warn'] });
const { numbers } = caller.get(CallerModule);

await lastValueFrom(numbers.emit('greeting', 'world'));
await lastValueFrom(
  concat(
    numbers.send<number>('sum', [20, 22]),
    numbers.send<number>('sum', []).pipe(catchError((error: unknown) => of(error))),
    // The third tick takes the rest back: the server's interval is unsubscribed.
    numbers.send<string>('clock', {}).pipe(take(3)),
  ).pipe(
    tap((answer) => {
      console.log(answer);
    }),
  ),
);
await caller.close();
await app.close();
