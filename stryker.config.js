// How mutation/main.ts runs Stryker over a part of src; the reports are in temp/mutation. Files of a part alone:
// `npx stryker run --mutate src/framing/lines.ts`.

export default {
  testRunner: 'jest',
  jest: { configFile: 'jest.mutation.config.ts', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
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
  // Which score is too low is said of the whole.
  thresholds: { high: 90, low: 80, break: null },
};
