// As the PROXY protocol wants it: four numbers up to 255, without zeros in front of them.
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`, 'u');
const IPV6_DIGITS = /^[\da-f:.]{2,45}$/iu;
// The first 12 bytes of an IPv4 address that is written as IPv6 (RFC 4291, 2.5.5.2).
const MAPPED = '00000000000000000000ffff';
const GROUPS = 8;

/** The 4 or 16 bytes of an address, in network order; `undefined` where the text is none. */
export function addressBytes(text: string): Buffer | undefined {
  return IPV4.test(text) ? Buffer.from(text.split('.').map(Number)) : ipv6Bytes(text);
}

/** The text of 4 or 16 bytes, as Node writes it: the shortest one (RFC 5952), and a mapped IPv4 address in decimal. */
export function addressText(bytes: Buffer): string {
  const isMapped = bytes.length === 16 && bytes.toString('hex', 0, 12) === MAPPED;
  return isMapped ? `::ffff:${bytes.subarray(12).join('.')}` : plainAddressText(bytes);
}

/** The same, but IPv6 in hexadecimal alone, which is all that the PROXY protocol's text allows. */
export function plainAddressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: GROUPS }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return canonical(groups.join(':'));
}

/** An IPv4 address as IPv6. */
export function mapped(ipv4: Buffer): Buffer {
  return Buffer.concat([Buffer.from(MAPPED, 'hex'), ipv4]);
}

/** The URL standard's parser knows every form of IPv6, but strips white space, so the characters are looked at first. */
function ipv6Bytes(text: string): Buffer | undefined {
  if (!IPV6_DIGITS.test(text) || !URL.canParse(`tcp://[${text}]`)) return undefined;
  const [before = [], after = []] = canonical(text).split('::').map(groupsOf);
  const zeros = new Array<number>(GROUPS - before.length - after.length).fill(0);
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]));
}

function canonical(ipv6: string): string {
  return new URL(`tcp://[${ipv6}]`).hostname.slice(1, -1);
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
