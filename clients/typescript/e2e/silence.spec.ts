/**
 * Connections that die without a word, and pages that stand still meanwhile. The hub's heartbeat, the silence that is
 * death (25 s), and the minute that a page stands still are those of the specification at E2E_SCALE=1.
 */
import type { Page } from "@playwright/test";
import { keepPublishing } from "./harness/publisher.ts";
import { stopRenderer } from "./harness/renderer.ts";
import { expect, pause, scaled, TRANSPORTS, test } from "./harness/test.ts";

const heartbeatTimeout = scaled(25_000);
const MINUTE = scaled(60_000);

/** Freezes a page that is hidden; returns what thaws it. */
async function freeze(page: Page): Promise<() => Promise<void>> {
  await page.waitForFunction(() => document.hidden, null, { polling: 50 });
  const session = await page.context().newCDPSession(page);
  const state = async (state: "frozen" | "active") => void (await session.send("Page.setWebLifecycleState", { state }));
  await state("frozen");
  return () => state("active");
}

const names = ({ lifecycle }: { lifecycle: { name: string }[] }) => lifecycle.map(({ name }) => name);

test.use({ settings: { "stream.heartbeat": `${scaled(15_000)}ms` } });

for (const transport of TRANSPORTS) {
  test.describe(transport, () => {
    test.use({ transport });

    test("a proxy that falls silent without closing is noticed, and nothing is lost", async ({ world }) => {
      const reader = await world.connected({ heartbeatTimeout });
      const publishing = keepPublishing(world.hub);
      await publishing.reached(20);
      world.proxy.silence();
      await reader.passes("reconnecting", heartbeatTimeout + 5_000);
      await reader.reaches("connected");
      await publishing.stop();
      await reader.receives(world.hub.published);
      const { errors } = await reader.record();
      expect(errors).toMatchObject([{ code: "silence", retryable: true }]);
    });

    test("a quiet stream whose pings arrive is left alone", async ({ world }) => {
      const reader = await world.connected({ heartbeatTimeout });
      await pause(2 * heartbeatTimeout);
      await world.hub.publish({ type: "novel.created", data: 1 });
      await reader.receives(world.hub.published);
      expect(await reader.stats()).toMatchObject({ attempts: 1, reconnections: 0 });
    });

    test("a renderer that is stopped for a minute goes on with every event", async ({ world }) => {
      const reader = await world.connected({ heartbeatTimeout });
      const publishing = keepPublishing(world.hub);
      await publishing.reached(20);
      const goOn = await stopRenderer(reader.page);
      await pause(MINUTE);
      goOn();
      await publishing.stop();
      await reader.receives(world.hub.published);
      await reader.reaches("connected");
      await world.hub.publish({ type: "novel.created", data: "after", users: ["ann"] });
      await reader.receives(world.hub.published);
      expect(await world.hub.connections()).toHaveLength(1);
    });

    test("a renderer that was stopped while its connection died makes a new one", async ({ world }) => {
      const reader = await world.connected({ heartbeatTimeout });
      const goOn = await stopRenderer(reader.page);
      world.proxy.silence();
      await world.hub.publish({ type: "novel.created", data: 1 }, { type: "novel.created", data: 2 });
      await pause(MINUTE);
      goOn();
      await reader.receives(world.hub.published);
      await reader.reaches("connected");
    });
  });
}

for (const transport of TRANSPORTS) {
  test.describe(`${transport}, in a tab behind another`, () => {
    test.use({ transport, everyday: true });

    test("a page that was frozen goes on with every event", async ({ world, context }) => {
      const reader = await world.connected({ heartbeatTimeout });
      await (await context.newPage()).bringToFront();
      const publishing = keepPublishing(world.hub);
      await publishing.reached(20);
      const thaw = await freeze(reader.page);
      await pause(MINUTE);
      await thaw();
      await publishing.stop();
      await reader.receives(world.hub.published);
      await reader.reaches("connected");
      expect(names(await reader.record())).toEqual(expect.arrayContaining(["freeze", "resume"]));
    });

    test("a page that was frozen while its connection died makes a new one", async ({ world, context }) => {
      const reader = await world.connected({ heartbeatTimeout });
      await (await context.newPage()).bringToFront();
      const thaw = await freeze(reader.page);
      world.proxy.silence();
      await world.hub.publish({ type: "novel.created", data: 1 }, { type: "novel.created", data: 2 });
      await pause(MINUTE);
      await thaw();
      await reader.receives(world.hub.published);
      await reader.reaches("connected");
      expect(names(await reader.record())).toEqual(expect.arrayContaining(["freeze", "resume"]));
    });
  });
}
