import { configDefaults, defineConfig } from 'vitest/config'

const exclude = [...configDefaults.exclude, '**/dist/**', '**/.cache/**', '**/.data/**']
const E2E = 'checks/e2e/**/*.test.ts'

export default defineConfig({
  test: {
    pool: 'forks',
    // Tests start PostgreSQL, ffmpeg and browsers of their own: more workers only wait for them.
    maxWorkers: 2,
    testTimeout: 40_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    unstubGlobals: true,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'house', include: ['**/*.test.ts'], exclude: [...exclude, E2E],
          // One PostgreSQL for all tests that ask for a database; each gets its own in it.
          globalSetup: ['adapters/store-postgres/vitest-setup.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Whole-house tests measure time and share the machine's one browser: alone, and last.
        extends: true,
        test: {
          name: 'e2e', include: [E2E], exclude, maxWorkers: 1, fileParallelism: false,
          testTimeout: 120_000, hookTimeout: 180_000, sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
