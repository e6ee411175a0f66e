/** A page that reads: `pages/reader.html` in a tab, and what it wrote down. */
import { type BrowserContext, expect, type Page } from "@playwright/test";
import type { Published } from "./hub.ts";

/** What `pages/reader.js` is to do; further members go to `SSEService` as they are. */
export interface ReaderSettings {
  baseURL: string;
  user: string;
  transport: "fetch" | "eventsource";
  /** A name for the tab. */
  tab?: string;
  /** Share one connection with the tabs of the same user. */
  shared?: boolean;
  /** Use the last token again until the client says that it won't do. */
  cacheToken?: boolean;
  /** What `Math.random()` gives, so that waiting for the next attempt is short. */
  luck?: number;
  /** Keep cursor and events in the page's storage. */
  kept?: boolean;
  listen?: string[];
  connect?: { eventTypes?: string[]; channels?: string[]; metadata?: Record<string, string>; since?: string };
  heartbeatTimeout?: number;
}

export interface Received {
  id: string;
  type: string;
  data: unknown;
}

export interface Report {
  code: string;
  status?: number;
  retryable: boolean;
  message: string;
}

interface Reading {
  events: Received[];
  states: string[];
  errors: Report[];
  gaps: unknown[];
  lifecycle: { name: string; persisted?: boolean }[];
  rejected: string | null;
  resolved: number;
}

declare global {
  interface Window {
    record: Reading;
    service: import("@tidings/client").SSEService;
  }
}

/** What a reader must have received of these publications. */
const received = (published: readonly Published[]): Received[] =>
  published.map(({ id, type, data }) => ({ id, type, data }));

export class Reader {
  /** What the page threw or complained of by itself; none is expected. */
  readonly faults: string[] = [];

  private constructor(
    readonly page: Page,
    readonly settings: ReaderSettings,
  ) {
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("console", (message) => {
      // The browser's own remarks on requests that failed are no fault of the page.
      if (message.type() === "error" && !/Failed to load resource|net::ERR/.test(message.text())) {
        this.faults.push(message.text());
      }
    });
  }

  /** Opens a tab; does not wait for the connection. */
  static async open(context: BrowserContext, origin: string, settings: ReaderSettings): Promise<Reader> {
    const reader = new Reader(await context.newPage(), settings);
    await reader.page.goto(`${origin}/reader.html?settings=${encodeURIComponent(JSON.stringify(settings))}`);
    await reader.page.waitForFunction(() => window.service !== undefined, null, { polling: 50 });
    return reader;
  }

  /** For messages. */
  get name(): string {
    return `${this.settings.user}'s tab ${this.settings.tab ?? ""}`;
  }

  record(): Promise<Reading> {
    return this.page.evaluate(() => window.record);
  }

  state(): Promise<string> {
    return this.page.evaluate(() => window.service.state);
  }

  async stats() {
    return this.page.evaluate(() => ({ ...window.service.stats }));
  }

  /** Waits until it is in a state that lasts. */
  async reaches(state: string, timeout = 20_000): Promise<void> {
    await expect.poll(() => this.state(), { timeout, message: `the state of ${this.name}` }).toBe(state);
  }

  /** Waits until it has been in a state, however shortly. */
  async passes(state: string, timeout = 20_000): Promise<void> {
    await expect
      .poll(async () => (await this.record()).states, { timeout, message: `the states of ${this.name}` })
      .toContain(state);
  }

  /** Waits for as many events, and holds them against what was published: every one, once, in order, and no other. */
  async receives(published: readonly Published[], timeout = 30_000): Promise<void> {
    await this.page
      .waitForFunction((count) => window.record.events.length >= count, published.length, { timeout, polling: 50 })
      .catch(() => {});
    await this.received(published);
  }

  /** The same, without waiting. */
  async received(published: readonly Published[]): Promise<void> {
    const { events, ...rest } = await this.record();
    const expected = received(published);
    // The first difference says more than two lists of a thousand.
    const at = expected.findIndex((event, index) => JSON.stringify(event) !== JSON.stringify(events[index]));
    expect(
      { count: events.length, at, event: events[at] },
      `the events of ${this.name}; it also wrote down ${JSON.stringify(rest)}`,
    ).toEqual({ count: expected.length, at: -1, event: undefined });
  }
}
