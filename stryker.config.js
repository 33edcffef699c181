// How mutation/main.ts runs Stryker over a part of src; the reports are in temp/mutation. Files of a part alone:
// `npx stryker run --mutate src/framing/lines.ts`.

import { availableParallelism } from 'node:os';

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
  // Most of its time a mutant is waited for in vain, so a processor has time for two.
  concurrency: 2 * availableParallelism(),
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
