/**
 * Connections that die without a word, and pages that stand still meanwhile. The hub's heartbeat, the silence that is
 * death (25 s), and the minute that a page stands still are those of the specification at E2E_SCALE=1.
 */
import { keepPublishing } from "./harness/publisher.ts";
import { stopRenderer } from "./harness/renderer.ts";
import { expect, pause, scaled, TRANSPORTS, test } from "./harness/test.ts";

const heartbeatTimeout = scaled(25_000);
const MINUTE = scaled(60_000);

test.use({ settings: { "stream.heartbeat": `${scaled(15_000)}ms` } });

for (const transport of TRANSPORTS) {
  test.describe(transport, () => {
    test.use({ transport });

    test("a proxy that falls silent without closing is noticed, and nothing is lost", async ({ world }) => {
      const reader = await world.connected({ heartbeatTimeout });
      const publishing = keepPublishing(world.hub);
      await publishing.reached(20);
      world.proxy.silence();
      await reader.reaches("reconnecting", heartbeatTimeout + 5_000);
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

    test("a page that was frozen goes on with every event", async ({ world }) => {
      const reader = await world.connected({ heartbeatTimeout });
      const session = await reader.page.context().newCDPSession(reader.page);
      const publishing = keepPublishing(world.hub);
      await publishing.reached(20);
      await session.send("Page.setWebLifecycleState", { state: "frozen" });
      await pause(MINUTE);
      await session.send("Page.setWebLifecycleState", { state: "active" });
      await publishing.stop();
      await reader.receives(world.hub.published);
      await reader.reaches("connected");
      const { lifecycle } = await reader.record();
      expect(lifecycle.map(({ name }) => name)).toEqual(expect.arrayContaining(["freeze", "resume"]));
    });

    test("a page that was frozen while its connection died makes a new one", async ({ world }) => {
      const reader = await world.connected({ heartbeatTimeout });
      const session = await reader.page.context().newCDPSession(reader.page);
      await session.send("Page.setWebLifecycleState", { state: "frozen" });
      world.proxy.silence();
      await world.hub.publish({ type: "novel.created", data: 1 }, { type: "novel.created", data: 2 });
      await pause(MINUTE);
      await session.send("Page.setWebLifecycleState", { state: "active" });
      await reader.receives(world.hub.published);
      await reader.reaches("connected");
    });
  });
}
