// One program that has the package twice: by import, and by the require of something that it uses.
import { createRequire } from 'node:module';
import * as imported from 'rxjs-net';

const required = createRequire(import.meta.url)('rxjs-net');

const refused = async ({ bind, openConnection }) => {
  const endpoint = await new Promise((resolve) => {
    const subscription = bind('127.0.0.1:0').subscribe((server) => {
      server.closed.subscribe(() => resolve(server.endpoint));
      subscription.unsubscribe();
    });
  });
  return openConnection(endpoint).catch((error) => error);
};

const error = await refused(required);
const expected = {
  'the same class': false,
  'instanceof across': false,
  'TransportError.is across': true,
  'instanceof inside': true,
};
const found = {
  'the same class': imported.TransportError === required.TransportError,
  'instanceof across': error instanceof imported.TransportError,
  'TransportError.is across': imported.TransportError.is(error),
  'instanceof inside': error instanceof required.TransportError,
};
console.log(JSON.stringify(found));
if (JSON.stringify(found) !== JSON.stringify(expected)) {
  throw new Error(`expected ${JSON.stringify(expected)}`);
}

// Connections of one copy in operators of the other.
const { talk } = await import('./expectations.mjs');
await talk({ ...imported, bind: required.bind, openConnection: required.openConnection });
await talk({ ...required, bind: imported.bind, openConnection: imported.openConnection });
