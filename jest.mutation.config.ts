/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import base from './jest.config.ts';

// The specs that judge a mutant, for stryker.config.js.
const config: Config = {
  ...base,
  testPathIgnorePatterns: [
    // They start processes, of the build or of other files: the mutant is not in there. Or they move 100s of MiB.
    '<rootDir>/spec/(process|demo|examples|cli)/',
    // The library again, through simulated networks: what these catch, the specs of each part are there for, and a mutant of a
    // connection would run hundreds more. A mutant of the testing kit is judged by these alone, but for those that run the suite over
    // each transport, programs on the build, and seeds by the hundred.
    process.env['MUTATED_PART'] === 'testing'
      ? '<rootDir>/spec/(?!testing/)|<rootDir>/spec/testing/(conformance|testing-page|explore/(rpc|simulation-page))'
      : '<rootDir>/spec/testing/',
    // MiBs of random streams: 8 s for each mutant that they would not notice.
    '<rootDir>/spec/connection/stream-integrity',
    // Random lives, a minute of them: what they catch once they may miss the next time. They have mutants of their own
    // (`npm run test:lifecycle:mutants`).
    '<rootDir>/spec/lifecycle/',
    // Reads the names of the specs, and nothing of src.
    '<rootDir>/spec/rules.spec.ts',
  ],
  // The slowest of these takes a fifth of that. What waits longer waits for what the mutant does not do.
  testTimeout: 5_000,
  testRunner: '<rootDir>/mutation/jest-circus-runner.cjs',
  testSequencer: '<rootDir>/mutation/spec-sequencer.cjs',
};

export default config;
