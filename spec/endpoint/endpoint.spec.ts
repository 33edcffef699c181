import { expectTypeOf } from 'expect-type';
import type { Endpoint, TcpEndpoint, UnixEndpoint } from '../../src/endpoint/endpoint.ts';
import { isTcpEndpoint } from '../../src/endpoint/parse-endpoint.ts';

describe('the endpoint types', () => {
  it('accept every way to write an endpoint and refuse what has no port', () => {
    const endpoints: readonly TcpEndpoint[] = ['h:1', '[::1]:80', 'tcp://h:1', 'tls://[::1]:443'];
    expect(endpoints.every(isTcpEndpoint)).toBe(true);
    expectTypeOf<'host'>().not.toExtend<Endpoint>();
    expectTypeOf<'unix:/run/a'>().toExtend<UnixEndpoint>();
  });

  it('narrow an unknown value by isTcpEndpoint', () => {
    const value: unknown = 'localhost:80';
    if (isTcpEndpoint(value)) expectTypeOf(value).toEqualTypeOf<TcpEndpoint>();
    expect.assertions(0);
  });
});
