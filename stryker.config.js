// Breaks every line of src in turn, and tells which of it no spec notices. `npm run test:mutation`, or a part of it:
// `npm run test:mutation -- --mutate 'src/framing/**/*.ts'`. The reports are in temp/mutation.

export default {
  testRunner: 'jest',
  jest: { configFile: 'jest.mutation.config.ts', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // The cases of the conformance suite are specs themselves, and the command is judged as a process.
  mutate: ['src/**/*.ts', '!src/testing/conformance/**', '!src/cli/**'],
  // Not needed by a spec, and large.
  ignorePatterns: [
    'bench',
    'dist',
    'docs',
    'etc',
    'examples',
    'demo',
    'interop',
    'coverage',
    'temp',
    'fleet',
  ],
  // What runs once, as a module is loaded (tables, defaults, messages per code), belongs to no spec: each such mutant
  // would need all of the specs, half a minute instead of half a second.
  ignoreStatic: true,
  concurrency: 2,
  // Real sockets: a spec that waits in vain fails by its own timeout (5 s), which has to come first.
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: 'temp/mutation/incremental.json',
  tempDirName: 'temp/stryker',
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: 'temp/mutation/report.json' },
  htmlReporter: { fileName: 'temp/mutation/report.html' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 90, low: 80, break: 80 },
};
