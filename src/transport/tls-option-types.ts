import { invalidOption } from '../errors/invalid-option.ts';
import { isObject } from './tls-context.ts';

// One byte says how long a name is (RFC 7301, section 3.1).
const LONGEST_PROTOCOL = 255;

type Check = readonly [takes: string, (value: unknown) => boolean];

// For callers without types: what OpenSSL takes for something else, or ends the process for, is refused here.
const checks: Readonly<Record<string, Check>> = {
  secureContext: ['an object, or an ObservableInput of objects', isObject],
  rejectUnauthorized: ['true or false', isBoolean],
  requestCert: ['true or false', isBoolean],
  alpnProtocols: [`an array of names of 1 to ${LONGEST_PROTOCOL} bytes`, isProtocols],
  contexts: ['an object of contexts, by name', isObject],
  servername: ['a name', (value) => typeof value === 'string'],
  checkServerIdentity: ['a function', (value) => typeof value === 'function'],
};

/** Throws `ERR_INVALID_OPTION` for an option that is not what it has to be. */
export function checkTlsOptions(options: object): void {
  for (const [name, [takes, isRight]] of Object.entries(checks)) {
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined && !isRight(value)) throw invalidOption(`tls.${name} takes ${takes}`);
  }
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isProtocols(value: unknown): boolean {
  return Array.isArray(value) && value.every(isProtocol);
}

function isProtocol(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= LONGEST_PROTOCOL;
}
