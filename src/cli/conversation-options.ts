import { unix } from './endpoint-argument.ts';
import { flag, time } from './option-kinds.ts';
import type { Option } from './option.ts';

type Flags = Readonly<Record<'lines' | 'crlf' | 'endWithPeer' | 'unix' | 'help', Option<boolean>>>;
type Times = Readonly<Record<'idle' | 'grace', Option<number>>>;

/** What `connect` and `listen` have in common. */
export const conversationOptions: Flags & Times = {
  lines: flag('whole lines, both ways: a last line that is not finished gets its end'),
  crlf: flag('end the lines that go out with CR and LF; it implies --lines'),
  endWithPeer: flag(
    'end when the peer ends, whatever standard input has left; so it is when that is a terminal',
  ),
  unix,
  idle: time('give up a connection on which nothing was said for so long, either way; default: never'),
  grace: time('how long Ctrl-C waits for the peer to end before it resets (10s)'),
  help: flag('this text'),
};

// As of a server of the library.
export const GRACE = 10_000;
