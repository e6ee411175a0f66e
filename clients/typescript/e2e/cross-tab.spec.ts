/** Tabs that share one connection: whatever becomes of the leading one, no tab loses an event. */
import type { Reader } from "./harness/reader.ts";
import { stopRenderer } from "./harness/renderer.ts";
import { eventually, expect, pause, scaled, TRANSPORTS, test, type World } from "./harness/test.ts";
import { accessToken } from "./harness/tokens.ts";

const heartbeatTimeout = scaled(25_000);

test.use({ everyday: true, settings: { "stream.heartbeat": `${scaled(15_000)}ms` } });

/** Opens as many tabs, one after another, until each is connected. */
async function openTabs(world: World, count: number, user = "ann"): Promise<Reader[]> {
  const tabs: Reader[] = [];
  for (let tab = 0; tab < count; tab++) {
    tabs.push(await world.connected({ user, tab: `${tab}`, shared: true, heartbeatTimeout }));
  }
  return tabs;
}

/** Publishes a thousand events; `midway` happens in the middle of it, and is not waited for. */
async function burst({ hub }: World, midway: () => Promise<unknown>): Promise<void> {
  let happened: Promise<unknown> | undefined;
  for (let count = 0; count < 1_000; count += 20) {
    if (count === 400) happened = midway();
    await hub.publish(
      ...Array.from({ length: 20 }, (_, index) => ({ type: "chapter.updated", data: count + index, users: ["ann"] })),
    );
  }
  await happened;
}

/** Of the tabs, the one that asked for the last token to connect with. */
function leaderOf(world: World, tabs: Reader[]): Reader {
  const last = world.site.asked.findLast(({ reason }) => reason !== "reauth");
  return tabs.find(({ settings }) => settings.tab === last?.tab) as Reader;
}

const oneStream = (world: World) =>
  eventually("the hub has one stream", async () => (await world.hub.connections()).length === 1);

for (const transport of TRANSPORTS) {
  test.describe(transport, () => {
    test.use({ transport });

    test("five tabs share one connection", async ({ world }) => {
      const tabs = await openTabs(world, 5);
      await world.hub.publish(...Array.from({ length: 50 }, (_, data) => ({ type: "novel.created", data })));
      for (const tab of tabs) await tab.receives(world.hub.published);
      expect(await world.hub.connections()).toHaveLength(1);
      expect(world.proxy.count("GET", "/api/v1/events/stream")).toBe(1);
      expect(new Set(world.site.asked.map(({ tab }) => tab)).size).toBe(1);
    });

    test("the leading tab is closed in the middle of a burst", async ({ world }) => {
      const tabs = await openTabs(world, 5);
      const leader = leaderOf(world, tabs);
      const others = tabs.filter((tab) => tab !== leader);
      await burst(world, () => leader.page.close());
      for (const tab of others) await tab.receives(world.hub.published);
      await oneStream(world);
    });
  });
}

test("the leading tab's renderer stops in the middle of a burst, and comes back", async ({ world }) => {
  const tabs = await openTabs(world, 5);
  const leader = leaderOf(world, tabs);
  const others = tabs.filter((tab) => tab !== leader);
  let goOn = () => {};
  await burst(world, async () => {
    goOn = await stopRenderer(leader.page);
  });
  try {
    for (const tab of others) await tab.receives(world.hub.published);
  } finally {
    goOn();
  }
  await leader.receives(world.hub.published);
  await world.hub.publish({ type: "novel.created", data: "after", users: ["ann"] });
  for (const tab of tabs) await tab.receives(world.hub.published);
  await oneStream(world);
});

test("the leading tab works without a pause in the middle of a burst", async ({ world }) => {
  const tabs = await openTabs(world, 5);
  const leader = leaderOf(world, tabs);
  const others = tabs.filter((tab) => tab !== leader);
  await burst(world, async () => {
    void leader.page.evaluate(
      (end) => {
        while (Date.now() < end);
      },
      Date.now() + 2 * heartbeatTimeout,
    );
  });
  for (const tab of others) await tab.receives(world.hub.published);
  await leader.receives(world.hub.published);
  await oneStream(world);
});

test("the leading tab is frozen in the middle of a burst, and thawed", async ({ world, context }) => {
  const tabs = await openTabs(world, 5);
  const leader = leaderOf(world, tabs);
  const others = tabs.filter((tab) => tab !== leader);
  await (others[0] as Reader).page.bringToFront();
  const session = await context.newCDPSession(leader.page);
  await burst(world, () => session.send("Page.setWebLifecycleState", { state: "frozen" }));
  for (const tab of others) await tab.receives(world.hub.published);
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await leader.receives(world.hub.published);
  await oneStream(world);
});

test("the leading tab goes elsewhere and comes back", async ({ world }) => {
  const tabs = await openTabs(world, 3);
  const leader = leaderOf(world, tabs);
  const others = tabs.filter((tab) => tab !== leader);
  await leader.page.goto(`${world.site.origin}/elsewhere.html`);
  await burst(world, async () => {});
  for (const tab of others) await tab.receives(world.hub.published);
  await leader.page.goBack({ waitUntil: "commit" });
  await leader.receives(world.hub.published);
  expect((await leader.record()).lifecycle).toContainEqual({ name: "pageshow", persisted: true });
  await oneStream(world);
});

test("the network is cut in the middle of a burst", async ({ world }) => {
  const tabs = await openTabs(world, 5);
  await burst(world, async () => {
    world.proxy.cut();
    await pause(300);
    world.proxy.restore();
  });
  for (const tab of tabs) await tab.receives(world.hub.published);
  await oneStream(world);
});

test("a hub that is killed is returned to by one tab for all", async ({ world }) => {
  const tabs = await openTabs(world, 3);
  await burst(world, async () => {});
  for (const tab of tabs) await tab.receives(world.hub.published);
  await world.hub.kill();
  for (const tab of tabs) await tab.reaches("reconnecting");
  await world.hub.start();
  await world.hub.publish({ type: "novel.created", data: "after" });
  for (const tab of tabs) await tab.receives(world.hub.published);
  for (const tab of tabs) expect(await tab.record()).toMatchObject({ gaps: [] });
  await oneStream(world);
});

test("a leading tab that can't have a token gives way to one that can", async ({ world }) => {
  const tabs = await openTabs(world, 3);
  const leader = leaderOf(world, tabs);
  world.site.token = ({ user, tab }) => (tab === leader.settings.tab ? 500 : accessToken({ sub: user }));
  world.proxy.cut();
  await leader.reaches("reconnecting");
  world.proxy.restore();
  await world.hub.publish({ type: "novel.created", data: 1 });
  for (const tab of tabs) await tab.receives(world.hub.published);
  expect(leaderOf(world, tabs)).not.toBe(leader);
  await oneStream(world);
});

test("two users of one origin never see each other's events", async ({ world }) => {
  const [ann, bob] = [await openTabs(world, 2, "ann"), await openTabs(world, 2, "bob")];
  for (let data = 0; data < 50; data++) {
    await world.hub.publish(
      { type: "novel.created", data, users: ["ann"] },
      { type: "novel.created", data, users: ["bob"] },
      { type: "novel.created", data, users: ["eve"] },
    );
  }
  const last = { type: "novel.created", data: "for everyone" };
  await world.hub.publish(last);
  for (const tab of ann) await tab.receives(world.addressed("ann"));
  for (const tab of bob) await tab.receives(world.addressed("bob"));
  expect(await world.hub.connections()).toHaveLength(2);
  expect((await world.hub.connections()).map(({ user }) => user).sort()).toEqual(["ann", "bob"]);
});

test("a tab that joins and one that leaves disturb nobody", async ({ world }) => {
  const [first, second] = (await openTabs(world, 2)) as [Reader, Reader];
  await world.hub.publish({ type: "novel.created", data: 1 });
  await second.receives(world.hub.published);
  const third = await world.connected({ tab: "third", shared: true, heartbeatTimeout });
  const since = await world.hub.publish({ type: "novel.created", data: 2 }, { type: "novel.created", data: 3 });
  await third.receives(since);
  await second.page.close();
  await world.hub.publish({ type: "novel.created", data: 4 });
  await first.receives(world.hub.published);
  await third.receives(world.hub.published.slice(1));
  expect(await world.hub.connections()).toHaveLength(1);
});
