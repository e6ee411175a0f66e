import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// As vitest.config.ts, without what each of a thousand runs would repeat in vain: types and coverage.
export default defineConfig({
  // As `./parser` is built, which has shortcuts that the core leaves out.
  define: { QUICK: "true" },
  resolve: { alias: { "@tidings/client": fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    // Code that counts is slower, and what hangs is found out by who mutates.
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "client",
          include: [
            "src/{parser,backoff,state,cursor,heartbeat,hub,upstream*,sse*,dispatch,iteration,surroundings}.test.ts",
          ],
        },
      },
      {
        // And as the core has it: what is changed there is found out by no parser that takes shortcuts.
        extends: true,
        define: { QUICK: "false" },
        test: { name: "small parser", include: ["src/parser.test.ts"] },
      },
    ],
  },
});
