import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@tidings/client": fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    typecheck: { enabled: true, include: ["src/**/*.test-d.ts"] },
    dangerouslyIgnoreUnhandledErrors: false,
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"],
      exclude: ["src/**/*.test.{ts,tsx}", "src/**/*.test-d.ts", "src/**/*.bench.ts", "src/testing/**"],
      reporter: ["text", "json-summary"],
      thresholds: { lines: 98, branches: 95 },
    },
  },
});
