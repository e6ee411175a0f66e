/**
 * Chromium as people use it. The tests' usual one tells each page that it is in front and in focus; here the tabs behind
 * are hidden, their timers slow, and they can be frozen.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type BrowserContext, chromium } from "@playwright/test";
import { eventually } from "./eventually.ts";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Ends a process with all that it started: Chromium's helpers write to the profile for longer than the browser lives. */
const endAll = (leader: number) =>
  eventually("the browser and its helpers have ended", () => {
    try {
      return !process.kill(-leader, "SIGKILL");
    } catch {
      return true;
    }
  });

/** Runs `use` with the only context of a browser that lives as long. */
export async function everyday(use: (context: BrowserContext) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "tidings-profile-"));
  const flags = ["--headless", "--remote-debugging-port=0", `--user-data-dir=${profile}`, ...FLAGS, ...QUIET];
  const browser = spawn(CHROMIUM, [...flags, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
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
    await endAll(browser.pid as number);
    rmSync(profile, { recursive: true, force: true });
  }
}
