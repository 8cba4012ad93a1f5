import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

/** What a room may not import. `client → shared ← server`, and nothing else crosses. */
function boundary(files, forbidden, message) {
  return {
    files,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: forbidden.map((regex) => ({ regex, message })) },
      ],
    },
  }
}

export default ts.config(
  { ignores: ['**/dist/', '**/node_modules/', 'client/src/paraglide/', 'data/', 'test-results/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='openDirectConnection']",
          message: 'It skips the log. Write through writeDocument().',
        },
      ],
    },
  },
  {
    files: ['{shared,server,tests}/**/*.ts', 'client/src/**/*.ts', '*.ts'],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-misused-promises': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      'svelte/no-navigation-without-resolve': 'off',
      // Values that are replaced whole live in $state.raw; a plain Map is meant there.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['{shared,client}/src/**/*.{ts,svelte}'],
    rules: {
      'no-restricted-imports': ['error', { name: 'zod', message: 'The page loads zod/mini, a third of its size.' }],
    },
  },
  boundary(
    ['shared/src/**/*.ts'],
    [
      '^node:',
      '^svelte',
      '^@hocuspocus/',
      '^kysely$',
      '^fastify',
      '^@soanchung/',
      '/(client|server|tests)/',
      '^better-',
    ],
    'shared knows the domain and nothing else.',
  ),
  boundary(
    ['client/src/**/*.{ts,svelte}'],
    ['^node:', '^@soanchung/(server|tests)', '/(server|tests)/', '^@hocuspocus/server', '^kysely$', '^fastify'],
    'The client knows shared, not the server.',
  ),
  boundary(
    ['server/src/**/*.ts'],
    ['^svelte', '^@soanchung/(client|tests)', '/(client|tests)/', '^@hocuspocus/provider', '^dexie$'],
    'The server knows shared, not the client.',
  ),
)
