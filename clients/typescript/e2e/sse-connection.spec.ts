/** The plain path, and each way in which a connection is lost: every event arrives once, in order. Both transports. */
import { keepPublishing } from "./harness/publisher.ts";
import { ScriptedHub } from "./harness/scripted-hub.ts";
import { eventually, expect, pause, TRANSPORTS, test } from "./harness/test.ts";

for (const transport of TRANSPORTS) {
  test.describe(transport, () => {
    test.use({ transport });

    test("a page of another origin receives what is published for its user, and nothing else", async ({ world }) => {
      const reader = await world.connected();
      await world.hub.publish(
        { type: "novel.created", data: { title: "Ünïcode 📚", pages: [1, null, true] }, users: ["ann"] },
        { type: "novel.created", data: "bob's", users: ["bob"] },
        { type: "chapter.updated", data: 7 },
        { type: "chapter.updated", data: "a channel's", channels: ["novel:42"] },
        { type: "never.heard.of", data: "line\nline", users: ["bob", "ann"] },
      );
      await reader.receives(world.addressed("ann"));
      const { states, errors, resolved } = await reader.record();
      expect({ states, errors, resolved }).toEqual({ states: ["connecting", "connected"], errors: [], resolved: 1 });
      expect(world.proxy.requests.filter((request) => /token|eyJ/.test(request))).toEqual([]);
    });

    test("a page receives the types and channels that it asks for", async ({ world }) => {
      const connect = {
        eventTypes: ["chapter.*", "novel.created"],
        channels: ["novel:*"],
        metadata: { version: "1.0.0" },
      };
      const reader = await world.connected({ connect });
      const wanted = await world.hub.publish(
        { type: "chapter.updated", data: 1, users: ["ann"] },
        { type: "chapter.deleted", data: 2, channels: ["novel:42"] },
        { type: "novel.created", data: 3 },
      );
      const last = { type: "chapter.created", data: "last" };
      const rest = await world.hub.publish(
        { type: "chapter", data: 4 },
        { type: "chapter.title.updated", data: 5 },
        { type: "novel.deleted", data: 6, users: ["ann"] },
        { type: "chapter.updated", data: 7, channels: ["series:1"] },
        last,
      );
      await reader.receives([...wanted, ...rest.slice(-1)]);
    });

    test("a listener's pattern chooses among what arrives", async ({ world }) => {
      const reader = await world.connected({ listen: ["chapter.*"] });
      const published = await world.hub.publish(
        { type: "novel.created", data: 0 },
        { type: "chapter.updated", data: 1 },
        { type: "chapter.title.updated", data: 2 },
        { type: "chapter.created", data: 3 },
      );
      await reader.receives(published.filter(({ data }) => data === 1 || data === 3));
    });

    test("a network that is cut and restored costs no event", async ({ world }) => {
      const reader = await world.connected();
      const publishing = keepPublishing(world.hub);
      for (const cut of [1, 2, 3]) {
        await publishing.reached(cut * 20);
        world.proxy.cut();
        await reader.reaches("reconnecting");
        await publishing.reached(cut * 20 + 10);
        world.proxy.restore();
        await reader.reaches("connected");
      }
      await publishing.stop();
      await reader.receives(world.hub.published);
      expect(await reader.record()).toMatchObject({ gaps: [] });
      expect(await reader.stats()).toMatchObject({ reconnections: 3, authenticationErrors: 0 });
    });

    test("a browser that goes offline and comes back misses nothing", async ({ world, context }) => {
      const reader = await world.connected();
      const publishing = keepPublishing(world.hub);
      await publishing.reached(20);
      await context.setOffline(true);
      world.proxy.cut();
      await reader.reaches("reconnecting");
      await publishing.reached(40);
      world.proxy.restore();
      await context.setOffline(false);
      await reader.reaches("connected");
      await publishing.stop();
      await reader.receives(world.hub.published);
    });

    test("a hub that is killed and started again is returned to, without a gap", async ({ world }) => {
      const reader = await world.connected();
      const publishing = keepPublishing(world.hub);
      await publishing.reached(30);
      await world.hub.kill();
      await reader.reaches("reconnecting");
      await pause(300);
      await world.hub.start();
      await reader.reaches("connected");
      await publishing.reached(60);
      await publishing.stop();
      await reader.receives(world.hub.published);
      expect(await reader.record()).toMatchObject({ gaps: [] });
    });

    test("a hub that drains and is started again is returned to, without a gap", async ({ world }) => {
      const reader = await world.connected();
      const publishing = keepPublishing(world.hub);
      await publishing.reached(30);
      await world.hub.stop();
      await world.hub.start();
      await reader.reaches("connected");
      await publishing.reached(60);
      await publishing.stop();
      await reader.receives(world.hub.published);
      expect(await reader.record()).toMatchObject({ gaps: [] });
    });

    test("what is sent twice after a break is heard once", async ({ world }) => {
      const hub = new ScriptedHub();
      await hub.start();
      try {
        const envelope = transport === "eventsource";
        const reader = await world.connected({ baseURL: hub.url });
        await hub.write("novel.created", 5, envelope);
        await reader.page.waitForFunction(() => window.record.events.length === 5);
        await hub.drop();
        hub.rewind(3);
        await eventually("it comes back", () => hub.opened === 2);
        await hub.write("novel.created", 6, envelope);
        await reader.page.waitForFunction(() => window.record.events.some(({ data }) => data === 8));
        const { events } = await reader.record();
        expect(events.map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
        await reader.page.close();
      } finally {
        await hub.stop();
      }
    });
  });
}
