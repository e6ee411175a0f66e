/** Pages that are left, returned to and loaded again. */
import { keepPublishing } from "./harness/publisher.ts";
import { eventually, expect, TRANSPORTS, test } from "./harness/test.ts";

for (const transport of TRANSPORTS) {
  test.describe(transport, () => {
    test.use({ transport });

    test("a page that returns from the back/forward cache receives what it missed", async ({ world }) => {
      const reader = await world.connected();
      const publishing = keepPublishing(world.hub);
      await publishing.reached(20);
      await reader.page.goto(`${world.site.origin}/elsewhere.html`);
      await eventually("the hub has no stream", async () => (await world.hub.connections()).length === 0);
      await publishing.reached(40);
      // A page that is taken out of the cache does not load again.
      await reader.page.goBack({ waitUntil: "commit" });
      await publishing.reached(60);
      await publishing.stop();
      await reader.receives(world.hub.published);
      const { lifecycle } = await reader.record();
      expect(lifecycle).toContainEqual({ name: "pageshow", persisted: true });
    });

    test("a page with a cursor store goes on after a reload", async ({ world }) => {
      const reader = await world.connected({ kept: true });
      const publishing = keepPublishing(world.hub);
      for (const reload of [1, 2, 3]) {
        await publishing.reached(reload * 20);
        await reader.page.reload();
      }
      await publishing.reached(80);
      await publishing.stop();
      await reader.receives(world.hub.published);
      expect(await reader.record()).toMatchObject({ gaps: [] });
    });

    test("a page that is closed leaves no stream behind", async ({ world }) => {
      const reader = await world.connected();
      expect(await world.hub.connections()).toHaveLength(1);
      await reader.page.close();
      await eventually("the hub has no stream", async () => (await world.hub.connections()).length === 0);
    });
  });
}
