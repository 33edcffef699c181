import { formatProxyHeader } from '../src/proxy-protocol/format-proxy-header.ts';
import { parseProxyHeader } from '../src/proxy-protocol/parse-proxy-header.ts';
import type { ProxyHeaderOptions } from '../src/proxy-protocol/proxy-header-options.ts';
import type { Random } from './random.ts';
import type { Decoded, Target } from './target.ts';

const LIMIT = 1024;
const ENDS = ['192.0.2.1:443', '[2001:db8::1]:80', 'unix:/run/app.sock'] as const;

/** The header of the PROXY protocol, in both of its versions, in front of some bytes of a connection. */
export function proxyTarget(): Target {
  return { name: 'PROXY header', valid, decode, limit: LIMIT, mostAllocated: 2 * LIMIT, share: 2 };
}

function valid(random: Random): Buffer {
  const end = random.pick(ENDS);
  const addresses = { source: end, destination: end };
  const rest = random.bytes(random.smallBelow(40));
  const options = random.pick<ProxyHeaderOptions>([
    {},
    { version: 1, ...addresses },
    { version: 1 },
    addresses,
    { ...addresses, checksum: true, alpn: 'h2', authority: 'example.org' },
    { ...addresses, uniqueId: random.bytes(16), netns: 'blue', tlvs: new Map([[0xe0, rest]]) },
  ]);
  return Buffer.concat([formatProxyHeader(options), rest]);
}

/** As a server would: it asks again with each chunk until it knows. */
function decode(chunks: readonly Buffer[]): Decoded {
  let came = Buffer.alloc(0);
  let needed = 0;
  for (const chunk of chunks) {
    came = Buffer.concat([came, chunk]);
    const parsed = parseProxyHeader(came, LIMIT);
    if (parsed.kind === 'invalid') return { messages: [], code: 'ERR_INVALID_FRAME' };
    if (parsed.kind === 'header') {
      const { header, length } = parsed;
      if (length < needed || length > came.length || length > LIMIT)
        throw new Error(`it has ${length} bytes`);
      return { messages: [header, length], code: undefined };
    }
    needed = parsed.needs;
    if (needed <= came.length || needed > LIMIT)
      throw new Error(`${came.length} came, and ${needed} are needed`);
  }
  return { messages: [], code: 'ERR_FRAME_TRUNCATED' };
}
