import js from '@eslint/js';
import { config } from '@hubspot/eslint-config-ui-extensions';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig([
  { ignores: ['node_modules/**', 'tests/**', '*.mjs'] },
  js.configs.recommended,
  tseslint.configs.strict,
  ...config,
  reactHooks.configs.flat['recommended-latest'],
]);
