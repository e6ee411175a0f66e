import { defineConfig } from "@playwright/test";
import { CHROMIUM, FLAGS } from "./harness/everyday.ts";

const junit = process.env.E2E_JUNIT;

export default defineConfig({
  testDir: ".",
  outputDir: "../../../build/e2e",
  globalSetup: "./harness/set-up.ts",
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000 * Math.max(1, 5 * Number(process.env.E2E_SCALE ?? "0.1")),
  reporter: junit ? [["list"], ["junit", { outputFile: junit }]] : [["list"]],
  projects: [
    { name: "chromium", testIgnore: "endurance.spec.ts" },
    // Tokens that end after four seconds leave no time to wait for a busy machine: by itself, and last.
    { name: "endurance", testMatch: "endurance.spec.ts", dependencies: ["chromium"] },
  ],
  use: {
    launchOptions: {
      executablePath: CHROMIUM,
      // A page that is left must be able to come back as it was.
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
      args: FLAGS,
    },
  },
});
