/**
 * Chromium as people use it. The tests' usual one tells each page that it is in front and in focus; here the tabs behind
 * are hidden, their timers slow, and they can be frozen.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "@playwright/test";
import { eventually } from "./eventually.ts";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

export class EverydayBrowser {
  readonly #profile = mkdtempSync(join(tmpdir(), "tidings-profile-"));
  #process: ChildProcess | undefined;
  #connection: Browser | undefined;

  /** Its only context; the browser is started when it is first asked for. */
  async context(): Promise<BrowserContext> {
    this.#connection ??= await chromium.connectOverCDP(await this.#start(), { noDefaults: true });
    return this.#connection.contexts()[0] as BrowserContext;
  }

  /** Where it takes commands, which it says itself. */
  async #start(): Promise<string> {
    const flags = ["--headless", "--remote-debugging-port=0", `--user-data-dir=${this.#profile}`, ...FLAGS, ...QUIET];
    this.#process = spawn(CHROMIUM, [...flags, "about:blank"], { stdio: ["ignore", "ignore", "pipe"], detached: true });
    let said = "";
    this.#process.stderr?.on("data", (text) => {
      if (said.length < 10_000) said += text;
    });
    return eventually("the browser takes commands", () => /ws:\S+/.exec(said)?.[0]);
  }

  /** Ends it with its helpers, which write to the profile for longer than the browser lives. */
  async end(): Promise<void> {
    const leader = this.#process?.pid;
    if (leader) {
      await eventually("the browser and its helpers have ended", () => {
        try {
          return !process.kill(-leader, "SIGKILL");
        } catch {
          return true;
        }
      });
    }
    rmSync(this.#profile, { recursive: true, force: true });
  }
}
