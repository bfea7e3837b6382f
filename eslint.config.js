import eslint from '@eslint/js'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  {
    ignores: [
      ...['dist/', 'coverage/', '**/node_modules/', '.cache/', 'test/.readme/'],
      // Programs of other people's environments, in their own words.
      ...['test/package/under-jest.cjs', 'test/bench/contestants/'],
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // It contradicts the checks that make an `as` safe at run time.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: false }],
      // There are no enums here, and classes are compared by shape: two rules that find nothing take a
      // quarter of the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'max-lines': ['error', { max: 200, skipBlankLines: false, skipComments: false }],
      'max-params': ['error', 3],
      'max-lines-per-function': ['error', { max: 60 }],
      // Reading untrusted text means naming control characters.
      'no-control-regex': 'off',
      'no-else-return': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/**', 'examples/**', 'scripts/**'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': 'off',
      // Rows of a table are positional.
      'max-params': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  // Mutants are data: nothing in them is typed but their shape, which the compiler sees.
  {
    files: ['**/*.js', '**/*.mjs', 'scripts/mutants/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
  },
)
