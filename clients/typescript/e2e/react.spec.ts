/** `useSSE` and `SSEProvider` in a page: React as it is, in Strict Mode. */
import type { Page } from "@playwright/test";
import { bundle, type Mode } from "./harness/bundle.ts";
import { ScriptedHub } from "./harness/scripted-hub.ts";
import { eventually, expect, TRANSPORTS, test, type World } from "./harness/test.ts";

async function open(page: Page, { site }: World, mode: Mode, settings: object): Promise<void> {
  site.bundles.set("react.js", await bundle("react.tsx", mode));
  await page.goto(`${site.origin}/react.html?settings=${encodeURIComponent(JSON.stringify(settings))}`);
  await expect(page.locator("#state")).toHaveText("connected");
}

for (const transport of TRANSPORTS) {
  test(`${transport}: in Strict Mode there is one connection, and each event comes once`, async ({ world, page }) => {
    await open(page, world, "development", { baseURL: world.proxy.url, user: "ann", transport });
    const published = [];
    for (let data = 1; data <= 50; data++)
      published.push(...(await world.hub.publish({ type: "chapter.updated", data })));
    await expect(page.locator("#last")).toHaveText("50");
    expect((await page.evaluate(() => window.counts)).events).toEqual(published.map(({ data }) => data));
    expect(await world.hub.connections()).toHaveLength(1);
    expect(world.proxy.count("GET", "/api/v1/events/stream")).toBe(1);
  });

  for (const mode of transport === "fetch" ? (["development", "production"] as const) : (["development"] as const)) {
    test(`${transport}, ${mode}: 100 reads of two events cause 200 calls and at most 100 renders`, async ({
      world,
      page,
    }) => {
      const hub = new ScriptedHub();
      await hub.start();
      let received = 0;
      await page.exposeFunction("received", (count: number) => {
        received = count;
      });
      try {
        await open(page, world, mode, { baseURL: hub.url, user: "ann", transport });
        const before = await page.evaluate(() => ({ ...window.counts }));
        for (let read = 1; read <= 100; read++) {
          await hub.write("chapter.updated", 2, transport === "eventsource");
          await eventually(`read ${read} has arrived`, () => received === 2 * read);
        }
        await expect(page.locator("#last")).toHaveText("200");
        const after = await page.evaluate(() => window.counts);
        expect(after.events).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
        // In development Strict Mode calls a component twice for each time that it renders it.
        const renders = mode === "production" ? after.calls - before.calls : after.commits - before.commits;
        expect(renders).toBeLessThanOrEqual(100);
        expect(renders).toBeGreaterThan(0);
        expect(hub.opened).toBe(1);
      } finally {
        await page.close();
        await hub.stop();
      }
    });
  }
}
