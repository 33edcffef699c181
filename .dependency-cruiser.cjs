// @ts-check
/**
 * The layers of the library and the way of the data, as rules. `npm run layers`.
 *
 *   endpoint, errors  ->  framing  ->  proxy-protocol  ->  connection  ->  transport  <-  admission
 *                                                              |             |
 *                                                              |             +-------->  opentelemetry
 *                                                              +-------->  operators  ->  adapters, testing  ->  cli
 *
 * A layer may import itself and what `layers` lists for it, type imports included. A new folder in src/ has to be
 * entered here first: what is in no layer may be neither imported nor import.
 */
const layers = {
  endpoint: ['errors'],
  errors: ['endpoint'],
  connection: ['endpoint', 'errors', 'framing', 'proxy-protocol'],
  admission: ['endpoint', 'errors'],
  transport: ['endpoint', 'errors', 'framing', 'proxy-protocol', 'connection', 'admission'],
  framing: ['endpoint', 'errors'],
  'proxy-protocol': ['endpoint', 'errors', 'framing'],
  operators: ['endpoint', 'errors', 'connection', 'framing'],
  adapters: ['endpoint', 'errors', 'connection', 'framing', 'operators', 'transport'],
  testing: [
    'endpoint',
    'errors',
    'admission',
    'connection',
    'framing',
    'operators',
    'proxy-protocol',
    'transport',
  ],
  opentelemetry: ['endpoint', 'errors', 'connection', 'transport'],
  cli: [
    'endpoint',
    'errors',
    'connection',
    'framing',
    'operators',
    'adapters',
    'admission',
    'transport',
    'testing',
  ],
};

const INDEX = '^src/((testing|opentelemetry)/)?index[.]ts$';

/** @param {string[]} names */
const inside = (names) => `^src/(${names.join('|')})/`;

const layerRules = Object.entries(layers).map(([name, lower]) => ({
  name: `layer-${name}`,
  comment: `${name}/ imports nothing but ${lower.join(', ')} and itself`,
  severity: /** @type {const} */ ('error'),
  from: { path: inside([name]) },
  to: { path: '^src/', pathNot: inside([name, ...lower]) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'known-layer',
      comment: 'a file in src/ stands in one of the layers; only index.ts stands above them',
      severity: 'error',
      from: { path: '^src/', pathNot: [inside(Object.keys(layers)), INDEX] },
      to: {},
    },
    {
      name: 'nothing-imports-cli',
      comment: 'a program, and no part of the library',
      severity: 'error',
      from: { path: '^src/', pathNot: inside(['cli']) },
      to: { path: inside(['cli']) },
    },
    {
      name: 'nothing-imports-opentelemetry',
      comment: 'an entry of its own, whose package not everybody has',
      severity: 'error',
      from: { path: '^src/', pathNot: inside(['opentelemetry']) },
      to: { path: inside(['opentelemetry']) },
    },
    {
      name: 'framing-is-pure',
      comment:
        'codecs and headers are tested without sockets and without a clock: neither rxjs nor a module of Node',
      severity: 'error',
      from: { path: inside(['framing', 'proxy-protocol']) },
      to: { pathNot: '^src/' },
    },
    {
      name: 'framing-is-pure-all-the-way',
      comment: 'nor by way of something that it imports',
      severity: 'error',
      from: { path: inside(['framing', 'proxy-protocol']) },
      to: { path: '(^|/)node_modules/rxjs/|^(node:)?(net|tls|stream|fs|dns|timers)(/|$)', reachable: true },
    },
    {
      name: 'network-only-in-transport',
      comment:
        'only transport/ (and adapters/, and admission/ for BlockList) imports a network module at run time; its types are free',
      severity: 'error',
      from: { path: '^src/', pathNot: inside(['transport', 'adapters', 'admission']) },
      to: { path: '^(node:)?(net|tls|dgram|http|https|http2|dns)(/|$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycle',
      comment: 'no file imports itself by way of others, types included',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'a file that nothing imports and that imports nothing is forgotten',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: INDEX },
      to: {},
    },
    {
      name: 'source-stands-alone',
      comment:
        'src/ is published without its specs, examples and scripts, and without the development dependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: inside(['opentelemetry']) },
      to: { pathNot: ['^src/', '(^|/)node_modules/rxjs/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'opentelemetry-needs-its-api-alone',
      comment: 'the optional peer dependency, and no SDK: that is whose program it is',
      severity: 'error',
      from: { path: inside(['opentelemetry']) },
      to: {
        pathNot: ['^src/', '(^|/)node_modules/(rxjs|@opentelemetry/api)/'],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'no-rxjs-internals',
      comment: "import from 'rxjs' or 'rxjs/testing': the rest is not its API",
      severity: 'error',
      from: {},
      to: { path: 'node_modules/rxjs/(.+/internal/|src/)|^rxjs/(internal|dist|src)' },
    },
    {
      name: 'resolvable',
      comment: 'the imported file or package is there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
    },
  },
};
