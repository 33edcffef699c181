/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/spec'],
  testMatch: ['<rootDir>/spec/**/*.spec.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.jest.json' }] },
  coverageProvider: 'v8',
  collectCoverageFrom: [
    'src/**/*.ts',
    // Types alone: never loaded, and v8 would count each as one branch that nobody took.
    '!src/admission/arrival.ts',
    '!src/cli/command.ts',
    '!src/connection/connection.ts',
    '!src/connection/tls-session.ts',
    '!src/endpoint/endpoint.ts',
    '!src/framing/byte-sink.ts',
    '!src/opentelemetry/instrument-options.ts',
    '!src/proxy-protocol/proxy-header.ts',
    '!src/proxy-protocol/proxy-header-options.ts',
    '!src/testing/explore/run.ts',
    '!src/testing/explore/scenario.ts',
    '!src/testing/fault-proxy/faults.ts',
    '!src/testing/fault-proxy/proxied-connection.ts',
    '!src/transport/candidate.ts',
    '!src/transport/server-stats.ts',
    '!src/transport/server.ts',
    '!src/transport/transport.ts',
    // Run in processes of their own alone; the first is no CommonJS.
    '!src/cli/main.ts',
    '!src/cli/run-command.ts',
  ],
  coverageThreshold: { global: { branches: 95 } },
  // The profiler of V8 looks at every script that was ever loaded in a process: after a hundred spec files each took twice as
  // long to begin, and the process had 2.4 GB. With a limit jest takes another process in time, also where it has but one worker.
  workerIdleMemoryLimit: '800MB',
  setupFilesAfterEnv: ['real-timers', 'cleanup', 'timers-left'].map((name) => `<rootDir>/spec/${name}.ts`),
  testTimeout: 15_000,
};

export default config;
