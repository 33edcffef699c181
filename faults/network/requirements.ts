import { accessSync, constants } from 'node:fs';
import { spawnSync } from 'node:child_process';

/** What has to be there, and the Debian package that has it. */
const TOOLS: Readonly<Record<string, { readonly flag: string; readonly debianPackage: string }>> = {
  ip: { flag: '-V', debianPackage: 'iproute2' },
  tc: { flag: '-V', debianPackage: 'iproute2' },
  ss: { flag: '-V', debianPackage: 'iproute2' },
  nft: { flag: '--version', debianPackage: 'nftables' },
  prlimit: { flag: '--version', debianPackage: 'util-linux' },
  python3: { flag: '--version', debianPackage: 'python3' },
  faketime: { flag: '--version', debianPackage: 'faketime' },
};

/** Throws, and says what to do, when this machine cannot run the suite. A missing tool must never look like a success. */
export function requireTools(): void {
  if (process.platform !== 'linux')
    throw new Error('the faults need Linux: network namespaces, nft, tc and TUN');
  if (process.getuid?.() !== 0) {
    throw new Error('the faults need root, to make network namespaces: run `sudo npm run test:faults`');
  }
  const missing = Object.entries(TOOLS).filter(([tool, { flag }]) => {
    const { error, status } = spawnSync(tool, [flag], { stdio: 'ignore', timeout: 10_000 });
    return error !== undefined || status !== 0;
  });
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, { debianPackage }]) => debianPackage))].join(' ');
    const names = missing.map(([tool]) => tool).join(', ');
    throw new Error(`the faults need ${names}: apt-get update && apt-get install -y ${packages}`);
  }
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    throw new Error('the faults need /dev/net/tun: modprobe tun, or give the container that device');
  }
}
