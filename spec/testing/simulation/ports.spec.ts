import { Ports } from '../../../src/testing/simulation/ports.ts';
import type { Listener } from '../../../src/testing/simulation/simulated-server.ts';

const listener = (isWildcard = false): Listener => ({
  isWildcard,
  keepAliveDelay: undefined,
  accept: () => undefined,
});

describe('Ports', () => {
  it('are each taken once until they are given back, and then there are none', () => {
    const ports = new Ports('10.0.0.1');
    const taken = Array.from({ length: 16_384 }, () => ports.take());
    expect(new Set(taken).size).toBe(16_384);
    expect(() => ports.take()).toThrow('EADDRNOTAVAIL');
    ports.give(50_000);
    expect(ports.take()).toBe(50_000);
  });

  it('are listened at by one for each address, and by nobody beside who listens at all', () => {
    const ports = new Ports('10.0.0.1');
    const [own, loopback, every] = [listener(), listener(), listener(true)];
    expect(ports.bind('10.0.0.1', 80, own)).toBe(80);
    ports.bind('127.0.0.1', 80, loopback);
    expect(() => ports.bind('10.0.0.1', 80, listener())).toThrow('EADDRINUSE');
    expect(() => ports.bind('0.0.0.0', 80, every)).toThrow('EADDRINUSE');
    expect(() => ports.bind('10.0.0.2', 81, listener())).toThrow('EADDRNOTAVAIL');
    ports.release(80, own);
    ports.release(80, loopback);
    ports.bind('0.0.0.0', 80, every);
    expect(() => ports.bind('10.0.0.1', 80, own)).toThrow('EADDRINUSE');
    expect(ports.listenerAt('10.0.0.1', 80)).toBe(every);
    ports.crash();
    expect(ports.listenerAt('10.0.0.1', 80)).toBeUndefined();
  });

  it('are reached by the unspecified address from the machine itself, as on Linux', () => {
    const ports = new Ports('10.0.0.1');
    const own = ['10.0.0.1', '127.0.0.1', '127.1.2.3', '::1', '0.0.0.0', '::'];
    expect(own.filter((address) => !ports.isAddressed(address))).toEqual([]);
    expect(
      ['10.0.0.2', '1.27.0.0', '::2', '127.example'].filter((address) => ports.isAddressed(address)),
    ).toEqual([]);
  });

  it('are not given to a listener while a connection has them, nor the other way', () => {
    const ports = new Ports('10.0.0.1');
    expect(ports.take()).toBe(49_152);
    expect(ports.bind('10.0.0.1', 0, listener())).toBe(49_153);
    ports.bind('10.0.0.1', 49_154, listener());
    expect(ports.take()).toBe(49_155);
  });
});
