import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

declare module "vitest" {
  interface ProvidedContext {
    /** What versions of React match that a project's tests are meant to run with. */
    react: RegExp;
  }
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  define: { QUICK: "true" },
  resolve: { alias: { "@tidings/client": path("./src/index.ts") } },
  test: {
    dangerouslyIgnoreUnhandledErrors: false,
    // None waits for the time of day; what takes long does so on a machine that is busy.
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "client",
          include: ["src/**/*.test.{ts,tsx}"],
          typecheck: { enabled: true, include: ["src/**/*.test-d.ts"] },
          provide: { react: /^19\./ },
        },
      },
      {
        // The tests of what needs React, once more, on the oldest that `peerDependencies` allows.
        extends: true,
        resolve: { alias: [{ find: /^react(-dom)?(?=\/|$)/, replacement: path("./react-18/node_modules/react$1") }] },
        test: {
          name: "react-18",
          include: ["src/useSSE.test.tsx"],
          provide: { react: /^18\.0\./ },
        },
      },
      {
        // The parser once more as the core has it, built for size and without the shortcuts of `./parser`.
        extends: true,
        define: { QUICK: "false" },
        test: { name: "small parser", include: ["src/parser.test.ts"] },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"],
      exclude: ["src/**/*.test.{ts,tsx}", "src/**/*.test-d.ts", "src/**/*.bench.ts", "src/testing/**"],
      reporter: ["text", "json-summary"],
      thresholds: { lines: 98, branches: 95 },
    },
  },
});
