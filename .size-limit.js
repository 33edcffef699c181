// What the library costs on top of RxJS: one file, minified and compressed with brotli. A budget is some 15 % above the
// size at the time it was set: it should be noticed when it is crossed, and then raised on purpose.

/**
 * Node is where it runs, so its own modules and the peer dependency are not counted.
 *
 * @param {import('esbuild').BuildOptions} config
 */
const forNode = (config) => ({ ...config, platform: 'node', format: 'esm', target: 'node20' });

/**
 * For Node, RxJS is CommonJS, of which esbuild keeps all (43 kB with `{ connect }`). Whoever bundles counts with its modules.
 *
 * @param {import('esbuild').BuildOptions} config
 */
const withRxjs = (config) => ({
  ...config,
  platform: 'neutral',
  format: 'esm',
  target: 'node20',
  external: ['node:*'],
  mainFields: ['module', 'main'],
  conditions: ['es2015'],
});

export default [
  {
    name: 'everything',
    path: 'dist/esm/index.js',
    import: '*',
    ignore: ['rxjs'],
    limit: '33 kB',
    modifyEsbuildConfig: forNode,
  },
  {
    name: '{ connect } alone',
    path: 'dist/esm/index.js',
    import: '{ connect }',
    ignore: ['rxjs'],
    limit: '17 kB',
    modifyEsbuildConfig: forNode,
  },
  {
    // With the channels that it listens to; the rest of the library is there already in a program that has anything to measure.
    name: 'rxjs-net/opentelemetry',
    path: 'dist/esm/opentelemetry/index.js',
    import: '*',
    ignore: ['rxjs', '@opentelemetry/api'],
    limit: '5.5 kB',
    modifyEsbuildConfig: forNode,
  },
  {
    name: '{ connect } alone, and the part of RxJS that it uses',
    path: 'dist/esm/index.js',
    import: '{ connect }',
    limit: '24 kB',
    modifyEsbuildConfig: withRxjs,
  },
  {
    name: '{ listen, serve } alone',
    path: 'dist/esm/index.js',
    import: '{ listen, serve }',
    ignore: ['rxjs'],
    limit: '24 kB',
    modifyEsbuildConfig: forNode,
  },
];
