/** What every test here starts from: a hub, a proxy before it, a site of another origin, and tabs that read. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, test as base, expect } from "@playwright/test";
import { EverydayBrowser } from "./everyday.ts";
import { Hub, type Published } from "./hub.ts";
import { TcpProxy } from "./proxy.ts";
import { Reader, type ReaderSettings } from "./reader.ts";
import { Site } from "./site.ts";

export { expect } from "@playwright/test";
export { eventually, pause, SCALE, scaled } from "./eventually.ts";

/** A folder where the built package is installed, as the global set-up has made it. */
export const INSTALLED = process.env.E2E_INSTALLED as string;

export interface World {
  hub: Hub;
  proxy: TcpProxy;
  site: Site;
  /** Opens a tab that reads through the proxy. */
  open(settings?: Partial<ReaderSettings>): Promise<Reader>;
  /** Opens one and waits for its connection. */
  connected(settings?: Partial<ReaderSettings>): Promise<Reader>;
  /** What was published to a user of these types, who reads no channels. */
  addressed(user: string): Published[];
}

export type Transport = ReaderSettings["transport"];
export const TRANSPORTS: readonly Transport[] = ["fetch", "eventsource"];

async function makeWorld(
  folder: string,
  settings: Record<string, string>,
  context: BrowserContext,
  transport: Transport,
) {
  const site = new Site(join(INSTALLED, "node_modules/@tidings/client/dist"));
  await site.start();
  const hub = new Hub(folder, { "cors.origins": site.origin, ...settings });
  await hub.start();
  const proxy = new TcpProxy(() => hub.port);
  await proxy.start();
  const readers: Reader[] = [];
  const open: World["open"] = async (wanted) => {
    const reader = await Reader.open(context, site.origin, { baseURL: proxy.url, user: "ann", transport, ...wanted });
    readers.push(reader);
    return reader;
  };
  const world: World = {
    hub,
    proxy,
    site,
    open,
    async connected(wanted) {
      const reader = await open(wanted);
      await reader.reaches("connected");
      return reader;
    },
    addressed: (user) =>
      hub.published.filter(({ users, channels }) => (users ? users.includes(user) : channels === undefined)),
  };
  return { world, readers };
}

interface Options {
  /** How the tabs read. */
  transport: Transport;
  /** Whether tabs behind others are hidden and can be frozen. */
  everyday: boolean;
  /** The hub's settings beside the harness's own. */
  settings: Record<string, string>;
}

export const test = base.extend<Options & { world: World }, { everydayBrowser: EverydayBrowser }>({
  everydayBrowser: [
    // biome-ignore lint/correctness/noEmptyPattern: it needs no other fixture, and Playwright reads the pattern
    async ({}, use) => {
      const browser = new EverydayBrowser();
      await use(browser);
      await browser.end();
    },
    { scope: "worker" },
  ],
  transport: ["fetch", { option: true }],
  settings: [{}, { option: true }],
  everyday: [false, { option: true }],
  context: async ({ browser, everydayBrowser, everyday }, use) => {
    const context = everyday ? await everydayBrowser.context() : await browser.newContext();
    await use(context);
    if (everyday) await Promise.all(context.pages().map((page) => page.close()));
    else await context.close();
  },
  world: async ({ context, transport, settings }, use) => {
    const folder = mkdtempSync(join(tmpdir(), "tidings-e2e-"));
    const { world, readers } = await makeWorld(folder, settings, context, transport);
    try {
      await use(world);
    } finally {
      await Promise.all(readers.map(({ page }) => page.close()));
      await world.proxy.stop();
      await world.site.stop();
      await world.hub.stop();
      rmSync(folder, { recursive: true, force: true });
    }
    expect(readers.flatMap(({ faults }) => faults)).toEqual([]);
  },
});
