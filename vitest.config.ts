import { defineConfig } from "vitest/config";
import { vitestClosingLine } from "./tests/support/vitest-closing-line.ts";

/** Two cores: more workers only make each other late. */
const MAX_WORKERS = 2;

const withDatabase = { pool: "forks", globalSetup: "tests/support/database.ts", hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    maxWorkers: MAX_WORKERS,
    retry: 0,
    allowOnly: false,
    passWithNoTests: true,
    // What is waited for comes in milliseconds, unless the machine is busy.
    expect: { poll: { timeout: 10_000 } },
    reporters: ["default", vitestClosingLine()],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "lib/**/*.test.ts",
            "components/**/*.test.{ts,tsx}",
            "app/**/*.test.{ts,tsx}",
            "scripts/**/*.test.ts",
            "prisma/**/*.test.ts",
            "bench/**/*.test.ts",
            "tests/support/**/*.test.ts",
          ],
          exclude: ["**/*.{db,property,mocked}.test.ts"],
          pool: "threads",
          testTimeout: 5_000,
        },
      },
      {
        extends: true,
        test: {
          // They put something in a module's place, and cannot share a process with whom has loaded it.
          name: "mocked",
          include: ["lib/**/*.mocked.test.ts"],
          pool: "threads",
          testTimeout: 5_000,
        },
      },
      {
        extends: true,
        test: {
          // A thousand generated cases each: too long for `npm run check`.
          name: "property",
          include: ["lib/**/*.property.test.ts"],
          pool: "threads",
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: ["{lib,app,scripts,prisma,tests}/**/*.db.test.ts"],
          testTimeout: 20_000,
          ...withDatabase,
        },
      },
      {
        extends: true,
        test: {
          name: "contract",
          include: ["tests/contract/**/*.test.ts"],
          exclude: ["**/*.db.test.ts"],
          testTimeout: 30_000,
          ...withDatabase,
        },
      },
      {
        extends: true,
        test: {
          name: "edges",
          include: ["tests/edges/**/*.test.ts"],
          pool: "forks",
          globalSetup: "tests/support/edges.ts",
          // Each attack is measured against one gateway: two at a time would be measured together.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // Two browsers at a time at one portal: their tests wait more than they work.
          name: "e2e",
          include: ["{app,tests}/**/*.e2e.ts"],
          pool: "forks",
          globalSetup: "tests/e2e/portal/portal-of-run.ts",
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "up",
          include: ["tests/up/**/*.test.ts"],
          pool: "forks",
          // Each starts and stops the whole product, and some kill what they find.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
