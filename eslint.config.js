import js from '@eslint/js';
import rxjsX from 'eslint-plugin-rxjs-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  // The benchmark has packages, and a check, of its own.
  globalIgnores(['dist/', 'coverage/', 'temp/', 'docs/site/', 'bench/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  rxjsX.configs.strict,
  {
    languageOptions: {
      parserOptions: {
        // What tsconfig.json does not include, for want of types: the configurations that are JavaScript.
        projectService: {
          allowDefaultProject: [
            'eslint.config.js',
            'stryker.config.js',
            '.size-limit.js',
            '.dependency-cruiser.cjs',
          ],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    rules: {
      // No way round the types, anywhere. All but the options are in the sets above; they stand here so that no
      // relaxation below can be mistaken for one of these.
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        {
          'ts-ignore': true,
          'ts-nocheck': true,
          'ts-check': false,
          // The opposite of a way round: it fails when the error is not there. A spec of types needs it.
          'ts-expect-error': 'allow-with-description',
        },
      ],
      // `import { type Socket } from 'node:net'` would load node:net for nothing, behind the back of `npm run layers`.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // Ports, counts and milliseconds are printed; a number reads the same in a template as anywhere else.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/**'],
    rules: {
      // What the library itself subscribes without a handler cannot error: closed, congested, over and deadline.
      'rxjs-x/no-ignored-error': 'off',
      // Nor is any of them ever empty; if one were, EmptyError would name the bug better than a made-up value.
      'rxjs-x/no-ignored-default-value': 'off',
      // What a source or a system call has failed with is passed on as it is, whatever it is.
      'rxjs-x/throw-error': ['error', { allowThrowingAny: false, allowThrowingUnknown: true }],
      // Rule 17: no output of its own.
      'no-console': 'error',
      // Rule 18: every timeout is an RxJS operator on the given scheduler.
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: 'Use timer() on the given scheduler (rule 18).' },
        { name: 'setInterval', message: 'Use interval() on the given scheduler (rule 18).' },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(node:)?timers(/|$)', message: 'Rule 18.' }] },
      ],
    },
  },
  {
    // A program, whose output is what it is for.
    files: ['src/cli/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: [
      'spec/**',
      'interop/**',
      'faults/**',
      'lifecycle/**',
      'fuzz/**',
      'slow-loris/**',
      'fleet/**',
      'compat/**',
    ],
    rules: {
      // An empty source fails the test with EmptyError, which says it better than a made-up value would.
      'rxjs-x/no-ignored-default-value': 'off',
      // RxJS throws an error that nobody handles, and that fails the run: just what a spec wants.
      'rxjs-x/no-ignored-error': 'off',
      // A spec that keeps all it saw keeps it for one test.
      'rxjs-x/no-ignored-replay-buffer': 'off',
      // What happens on re-entrance is seen by subscribing where a program should not.
      'rxjs-x/no-nested-subscribe': 'off',
      'rxjs-x/no-subscribe-in-pipe': 'off',
      // Sources fail with all sorts of things, and what a helper passes on is unknown.
      'rxjs-x/throw-error': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      // Jest types expect.objectContaining() and its kin as `any`; they are only ever handed to expect().
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // The helpers are closures and are taken apart; one that needed its `this` would fail the test.
      '@typescript-eslint/unbound-method': 'off',
      // What a callback has set since, the compiler takes for unchanged.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `expect(() => connection.end())` is about the throwing, and a stub may return what it calls.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    // Nest's way: modules that are empty classes with decorators, options that are typed as classes, controllers that are looked
    // into, and signatures of its own; an empty answer fails with EmptyError.
    files: ['examples/nestjs/**', 'spec/examples/nestjs.spec.ts'],
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      'rxjs-x/no-exposed-subjects': 'off',
      'rxjs-x/no-ignored-default-value': 'off',
    },
  },
  { files: ['**/*.cjs', 'compat/consumers/jest/*.js'], languageOptions: { sourceType: 'commonjs' } },
  {
    // Jest loads these as they are: JavaScript, and jest-circus/runner has no types. So are those of the package's consumers.
    files: ['mutation/*.cjs', 'compat/consumers/**/*.{mjs,cjs,js}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        console: 'readonly',
        expect: 'readonly',
        module: 'writable',
        process: 'readonly',
        require: 'readonly',
        test: 'readonly',
      },
    },
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      // These rules want types.
      ...Object.fromEntries(Object.keys(rxjsX.rules).map((rule) => [`rxjs-x/${rule}`, 'off'])),
    },
  },
);
