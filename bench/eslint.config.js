import { defineConfig, globalIgnores } from 'eslint/config';
import root from '../eslint.config.js';

export default defineConfig(root, globalIgnores(['dist/']), {
  languageOptions: {
    parserOptions: {
      projectService: { allowDefaultProject: ['eslint.config.js'] },
      tsconfigRootDir: import.meta.dirname,
    },
  },
  rules: {
    // The methods of a role are asynchronous for the IPC channel that is between them and who calls them.
    '@typescript-eslint/require-await': 'off',
    // A contender's Observable that fails should end its process: RxJS throws what nobody handles, and the run fails.
    'rxjs-x/no-ignored-error': 'off',
    // Nor is any of them ever empty; if one were, EmptyError would name it.
    'rxjs-x/no-ignored-default-value': 'off',
    // Each connection of a server is subscribed on its own, as a handler of node:net would be.
    'rxjs-x/no-nested-subscribe': 'off',
  },
});
