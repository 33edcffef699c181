// So many slow connections to a port, of node:net, so that nothing of the library is on this side. Tells how each ended.
import { connect, type Socket } from 'node:net';
import { ATTACKERS, attacks, kinds, type Attack } from './settings.ts';

/** One connection that is over: how, and how many milliseconds after it was due. */
interface Ended {
  readonly kind: Attack;
  readonly late: number;
}

const port = Number(process.argv[2]);
// Dialled in groups, so that the queue of the kernel is not what is attacked.
const AT_ONCE = 100;
const EVERY = 50;
const ended: Ended[] = [];
let failedToDial = 0;
let connected = 0;
const waiting: (() => void)[] = [];

function attack(kind: Attack): void {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  let begun = Infinity;
  socket.on('error', () => {
    if (begun === Infinity) failedToDial += 1;
  });
  const begin = (): void => {
    begun = performance.now();
    behave(kind, socket);
  };
  socket.on('connect', () => {
    begun = performance.now();
    if (kind === 'endless' || kind === 'ended') waiting.push(begin);
    else begin();
    connected += 1;
    if (connected === ATTACKERS) for (const start of waiting) start();
  });
  const over = (): void => {
    if (begun === Infinity) return;
    ended.push({ kind, late: performance.now() - begun - attacks[kind].deadline });
    begun = Infinity;
    socket.destroy();
  };
  socket.resume();
  socket.on('end', over).on('close', over);
}

function behave(kind: Attack, socket: Socket): void {
  if (kind === 'stalled') socket.write('never to be');
  if (kind === 'ended') socket.end('never to be');
  if (kind === 'trickling') every(500, socket, 'x');
  if (kind === 'endless') every(100, socket, 'x'.repeat(64));
}

function every(milliseconds: number, socket: Socket, text: string): void {
  const timer = setInterval(() => {
    if (socket.writable) socket.write(text);
  }, milliseconds);
  socket.write(text);
  socket.on('close', () => {
    clearInterval(timer);
  });
}

let started = 0;
const starting = setInterval(() => {
  for (let count = 0; count < AT_ONCE && started < ATTACKERS; count += 1, started += 1) {
    attack(kinds[started % kinds.length] ?? 'silent');
  }
  if (started === ATTACKERS) clearInterval(starting);
}, EVERY);

process.on('message', (message) => {
  if (message === 'report') process.send?.({ ended, failedToDial, started });
  else process.exit();
});
