import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { transportCases } from '../../../src/testing/conformance/transport-cases.ts';

describe('under node:test', () => {
  it('the suite runs every case, and skips what does not apply', () => {
    const program = join(__dirname, 'node-test.program.ts');
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--test-reporter', 'tap', program],
      { encoding: 'utf8', timeout: 60_000 },
    );
    const skipped = transportCases.filter((one) => one.notApplicable({}) !== undefined).length;
    expect(stdout).toContain(`# pass ${transportCases.length - skipped}\n`);
    expect(stdout).toContain(`# skipped ${skipped}\n`);
    expect(stdout).toContain('# fail 0\n');
    expect(status).toBe(0);
  }, 60_000);
});
