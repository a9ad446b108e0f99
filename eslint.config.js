// What the type checker cannot see: unhandled promises, unused code, and layers that import upwards.
import js from '@eslint/js';
import globals from './scripts/eslint-globals.js';
import ts from 'typescript-eslint';

const LAYERS = ['protocol', 'backend', 'host', 'engine', 'entry'];

/** A layer may import the layers before it, never those after it. */
const layerRules = LAYERS.map((layer, index) => ({
  files: [`src/${layer}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: LAYERS.slice(index + 1).map((upper) => ({
          group: [`**/${upper}/**`],
          message: `${layer} may not import ${upper}`,
        })),
      },
    ],
  },
}));

export default ts.config(
  { ignores: ['dist', 'build', 'native', 'wasm', 'node_modules', 'pkg', '**/target'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  { files: ['scripts/**', '*.js', '*.mjs', 'test/**/*.mjs'], languageOptions: { globals } },
  {
    files: ['src/**', 'test/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-control-regex': 'off',
    },
  },
  { files: ['test/**'], rules: { '@typescript-eslint/no-floating-promises': 'off' } },
  ...layerRules,
);
