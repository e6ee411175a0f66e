/**
 * Chromium as people use it. The tests' usual one tells each page that it is in front and in focus; here the tabs behind
 * are hidden, their timers slow, and they can be frozen.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type BrowserContext, chromium } from "@playwright/test";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Runs `use` with the only context of a browser that lives as long. */
export async function everyday(use: (context: BrowserContext) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "tidings-profile-"));
  const flags = ["--headless", "--remote-debugging-port=0", `--user-data-dir=${profile}`, ...FLAGS, ...QUIET];
  const browser = spawn(CHROMIUM, [...flags, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(browser, "exit");
  try {
    for await (const line of createInterface({ input: browser.stderr })) {
      const address = /ws:\S+/.exec(line)?.[0];
      if (!address) continue;
      browser.stderr.resume();
      const connection = await chromium.connectOverCDP(address, { noDefaults: true });
      await use(connection.contexts()[0] as BrowserContext);
      await connection.close();
      break;
    }
  } finally {
    browser.kill();
    await ended;
    // Its helpers may still be writing.
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
