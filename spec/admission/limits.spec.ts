import { firstValueFrom, NEVER, of, Subject, VirtualTimeScheduler } from 'rxjs';
import {
  acceptIfAll,
  limitConnectionsPerAddress,
  limitRatePerAddress,
  type Admission,
  type Endpoint,
} from '../../src/index.ts';
import { decision } from '../../src/admission/accept-if-all.ts';
import { arrivalFrom } from './arrivals.ts';
import { record } from '../wire.ts';

describe('limitConnectionsPerAddress', () => {
  it('lets in as many as it says, and counts those of the address alone', () => {
    const accept = limitConnectionsPerAddress(2);
    const asked = [0, 1, 2, 3].map((connectionsFromAddress) =>
      accept(arrivalFrom('192.0.2.7:1', { connections: 50, connectionsFromAddress })),
    );
    expect(asked).toEqual([true, true, false, false]);
  });

  it('lets in 100 unless it is told otherwise, and refuses what is no limit', () => {
    const accept = limitConnectionsPerAddress();
    const ask = (connectionsFromAddress: number): unknown =>
      accept(arrivalFrom('192.0.2.7:1', { connectionsFromAddress }));
    expect([ask(99), ask(100)]).toEqual([true, false]);
    expect(() => limitConnectionsPerAddress(0)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        detail: expect.stringContaining('limitConnectionsPerAddress'),
      }),
    );
  });
});

describe('limitRatePerAddress', () => {
  const virtual = (): VirtualTimeScheduler => new VirtualTimeScheduler();
  const wait = (scheduler: VirtualTimeScheduler, milliseconds: number): void => {
    scheduler.schedule(() => undefined, milliseconds);
    scheduler.flush();
  };
  const countOf = (accept: Admission, remote: Endpoint, times: number): number =>
    Array.from({ length: times }, () => accept(arrivalFrom(remote))).filter(Boolean).length;

  it('lets in a burst, and then as many a second as it says', () => {
    const scheduler = virtual();
    const accept = limitRatePerAddress({ burst: 3, perSecond: 2, scheduler });
    expect(countOf(accept, '192.0.2.7:1', 10)).toBe(3);
    wait(scheduler, 499);
    expect(countOf(accept, '192.0.2.7:1', 10)).toBe(0);
    wait(scheduler, 1);
    expect(countOf(accept, '192.0.2.7:1', 10)).toBe(1);
    wait(scheduler, 60_000);
    expect(countOf(accept, '192.0.2.7:1', 10)).toBe(3);
  });

  it('counts each address for itself, and a /64 of IPv6 as one', () => {
    const accept = limitRatePerAddress({ burst: 1, scheduler: virtual() });
    const remotes: Endpoint[] = [
      '192.0.2.7:1',
      '192.0.2.8:1',
      '[2001:db8::1]:1',
      '[2001:db8::2]:1',
      '[2001:db8:0:1::1]:1',
    ];
    expect(remotes.map((remote) => accept(arrivalFrom(remote)))).toEqual([true, true, true, false, true]);
  });

  it('has no limit when it is Infinity', () => {
    const accept = limitRatePerAddress({ perSecond: Infinity, burst: 1, scheduler: virtual() });
    expect(countOf(accept, '192.0.2.7:1', 1000)).toBe(1000);
  });

  it('remembers as many addresses as it says, and forgets the one that was heard of least recently', () => {
    const accept = limitRatePerAddress({ burst: 1, addresses: 2, scheduler: virtual() });
    const ask = (remote: Endpoint): unknown => accept(arrivalFrom(remote));
    expect([ask('192.0.2.1:1'), ask('192.0.2.2:1'), ask('192.0.2.1:1')]).toEqual([true, true, false]);
    expect([ask('192.0.2.3:1'), ask('192.0.2.1:1'), ask('192.0.2.2:1')]).toEqual([true, false, true]);
  });

  it.each([
    ['perSecond', 0],
    ['burst', 0],
    ['addresses', 0.5],
  ])('refuses %s: %p, by name', (name, value) => {
    expect(() => limitRatePerAddress({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', detail: expect.stringContaining(name) }),
    );
  });
});

describe('acceptIfAll', () => {
  const answerOf = (...admissions: readonly Admission[]): Promise<boolean> =>
    firstValueFrom(decision(acceptIfAll(...admissions)(arrivalFrom('192.0.2.7:1'))));

  it.each<[string, readonly Admission[], boolean]>([
    ['all say yes', [() => true, () => of(true), () => Promise.resolve(true), () => [true]], true],
    ['one says no', [() => true, () => of(false)], false],
    ['one says nothing', [() => true, () => []], false],
    ['one says what is no boolean', [() => of('yes' as unknown as boolean)], false],
    ['nobody is asked', [], true],
  ])('when %s', async (_, admissions, expected) => {
    expect(await answerOf(...admissions)).toBe(expected);
  });

  it('asks in order, and nobody after the first who refuses', () => {
    const asked: string[] = [];
    const first = new Subject<boolean>();
    const { log } = record(
      decision(
        acceptIfAll(
          () => first,
          () => {
            asked.push('second');
            return false;
          },
          () => {
            asked.push('third');
            return NEVER;
          },
        )(arrivalFrom('192.0.2.7:1')),
      ),
    );
    expect(asked).toEqual([]);
    first.next(true);
    expect([asked, log]).toEqual([['second'], ['false', 'complete']]);
  });
});
