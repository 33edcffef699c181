import { proxyHeaderError } from '../../src/proxy-protocol/proxy-header-error.ts';

describe('proxyHeaderError', () => {
  it('says what is wrong, where, and what to do', () => {
    const error = proxyHeaderError('it has more than 4096 bytes', {
      endpoint: '127.0.0.1:1',
      connectionId: 'c1',
    });
    expect(error).toMatchObject({ code: 'ERR_PROXY_HEADER', phase: 'accept', connectionId: 'c1' });
    expect(error.message).toMatch(
      /^accept 127\.0\.0\.1:1: it has more than 4096 bytes: the connection does not begin/u,
    );
  });
});
