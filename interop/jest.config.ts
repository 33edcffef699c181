/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  rootDir: '..',
  testEnvironment: 'node',
  roots: ['<rootDir>/interop'],
  testMatch: ['<rootDir>/interop/**/*.spec.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json' }] },
  testTimeout: 60_000,
  // The peers are processes of their own: side by side they would measure each other.
  maxWorkers: 1,
};

export default config;
