import { readProxyArguments } from '../../src/cli/proxy-options.ts';

const read = (line: string): unknown => readProxyArguments(line.split(' '));

describe('the arguments of rxjs-net proxy', () => {
  it('are what the library calls its options', () => {
    const line =
      '--listen a:1 --to unix:/b --latency 50 --jitter 20ms --rate 1mbit --slice 7 --slice-variation 3 --slice-delay 2 ' +
      '--stall-after 1kB --half-open --reset-after 1MB --close-after 2MB --close-delay 1s ' +
      '--reset-in 1m --close-in 2m --share 10% --seed 9 --window 64KiB --grace 3s';
    expect(read(line)).toEqual({
      ...{ listen: 'a:1', to: 'unix:/b', latency: 50, jitter: 20, rate: 125_000 },
      ...{ slice: 7, sliceVariation: 3, sliceDelay: 2, stall: 1000, halfOpen: true },
      ...{
        resetAfter: 1_000_000,
        closeAfter: 2_000_000,
        closeDelay: 1000,
        resetIn: 60_000,
        closeIn: 120_000,
      },
      ...{ share: 0.1, seed: 9, window: 65_536, gracePeriod: 3000, upstream: {}, downstream: {} },
    });
  });

  it('have every fault for one direction as well', () => {
    expect(read('--to a:1 --upstream-latency 5 --upstream-stall --downstream-reset-after 7')).toEqual({
      to: 'a:1',
      upstream: { latency: 5, stall: true },
      downstream: { resetAfter: 7 },
    });
  });

  it('name the option in one direction when its value is wrong', () => {
    expect(() => read('--to a:1 --upstream-rate 1Mb')).toThrow(
      /^--upstream-rate "1Mb": there is no unit "Mb"/,
    );
  });

  it('ask for the server', () => {
    expect(() => read('--latency 5')).toThrow('--to is missing: write --to host:port, or --to unix:/path');
  });

  it('ask for the help, whatever else is missing', () => {
    expect(read('--help')).toBeUndefined();
  });
});
