// The same by require, as programs that are CommonJS do.
const net = require('rxjs-net');

import('./expectations.mjs').then(({ talk }) => talk(net)).then(() => console.log('it talks'));
