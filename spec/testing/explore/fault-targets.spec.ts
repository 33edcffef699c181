import { FAULT_KINDS } from '../../../src/testing/explore/fault.ts';
import { readTargets } from '../../../src/testing/explore/fault-targets.ts';

const HOSTS = ['client', 'server'];
const NONE = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, false]));

describe('readTargets', () => {
  it('takes every kind and every host, where nothing is said', () => {
    expect(readTargets({}, HOSTS)).toEqual(FAULT_KINDS.map((kind) => ({ kind, names: HOSTS })));
  });

  it('takes the hosts that are named, none for false, and all for true', () => {
    expect(readTargets({ ...NONE, crash: ['server'], dropSyn: true, backlogFull: [] }, HOSTS)).toEqual([
      { kind: 'crash', names: ['server'] },
      { kind: 'dropSyn', names: HOSTS },
    ]);
  });

  it('takes the kinds of a list, and no others', () => {
    expect(readTargets(['crash', 'partition'], HOSTS)).toEqual([
      { kind: 'partition', names: HOSTS },
      { kind: 'crash', names: HOSTS },
    ]);
    expect(readTargets([], HOSTS)).toEqual([]);
  });

  it('leaves partitions out where nobody asked for them and there are not two to part', () => {
    expect(readTargets({ ...NONE, partition: undefined }, ['alone'])).toEqual([]);
    expect(readTargets({ ...NONE, partition: [] }, HOSTS)).toEqual([]);
  });

  it.each([
    [{ partition: ['server'] }, HOSTS, 'faults.partition is of server alone; it takes two hosts'],
    [{ partition: ['server', 'server'] }, HOSTS, 'faults.partition is of server alone; it takes two hosts'],
    [{ partition: true }, ['client'], 'faults.partition is of client alone; it takes two hosts'],
    [['partition'] as const, ['client'], 'faults.partition is of client alone; it takes two hosts'],
  ])('refuses a partition of one host: %j', (targets, hosts, message) => {
    expect(() => readTargets(targets, hosts)).toThrow(message);
  });

  it('lets a name fail that is no host, and refuses to hit a host that is not there', () => {
    expect(readTargets({ ...NONE, resolution: ['db.example'] }, HOSTS)).toEqual([
      { kind: 'resolution', names: ['db.example'] },
    ]);
    expect(() => readTargets({ crash: ['sever'] }, HOSTS)).toThrow('faults.crash names sever');
  });
});
