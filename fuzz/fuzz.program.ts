// Fuzzes one target in a process of its own, so that one that never ends can be ended: name, seed, streams, file.
import { openSync, writeSync } from 'node:fs';
import { fuzz } from './fuzzing.ts';
import { targets } from './targets.ts';

const [, , name = '', seed = '0', streams = '0', file = ''] = process.argv;
const target = targets.find((each) => each.name === name);
if (target === undefined) throw new Error(`there is no target ${name}`);

// What is being decoded now: a number, the length and the bytes. If it never ends, somebody else reads it.
const descriptor = openSync(file, 'w');
const head = Buffer.alloc(8);
let count = 0;
const tally = fuzz(target, Number(seed), Number(streams), (stream) => {
  count += 1;
  head.writeUInt32LE(count, 0);
  head.writeUInt32LE(stream.length, 4);
  writeSync(descriptor, Buffer.concat([head, stream]), 0, stream.length + 8, 0);
});
process.send?.(tally);
process.channel?.unref();
