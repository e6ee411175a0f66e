import { expect, test } from "vitest";
import { shareTabs } from "./cross-tab.ts";
import { type Tab, World } from "./testing/tabs.ts";

const ids = (world: World, from = 0) => world.hub.log.slice(from).map(({ id }) => id);

/** Tabs that are open and have settled. */
const openTabs = async (world: World, count: number, options: Parameters<World["tab"]>[1] = {}): Promise<Tab[]> => {
  const tabs: Tab[] = [];
  for (let i = 0; i < count; i++) {
    tabs.push(world.tab(shareTabs({ key: "u1" }), options).open());
    await world.run(300);
  }
  return tabs;
};

/** The one that holds the lock. */
const leaderOf = (world: World): Tab => {
  const [held] = world.locks.held.values();
  return (held as NonNullable<typeof held>).tab;
};

test("five tabs share one connection, and each gets every event once, in order", async () => {
  const world = new World();
  const tabs = await openTabs(world, 5);
  world.hub.publish(1000);
  await world.run(1000);
  expect(world.streams).toBe(1);
  expect(world.hub.attempts).toBe(1);
  expect(tabs.map((tab) => tab.tokens)).toEqual([1, 0, 0, 0, 0]);
  for (const tab of tabs) {
    expect(tab.received).toEqual(ids(world));
    expect(tab.states).toEqual(["connecting", "connected"]);
    expect(tab.cursor).toBe(world.hub.head);
  }
});

test("the leader closes in the middle of a burst, and no tab loses or doubles an event", async () => {
  const world = new World();
  const tabs = await openTabs(world, 5);
  world.hub.publish(1000);
  await world.run(20);
  const leader = leaderOf(world);
  expect(leader.received.length).toBeGreaterThan(0);
  expect(leader.received.length).toBeLessThan(1000);
  leader.kill();
  await world.run(3000);
  expect(world.streams).toBe(1);
  for (const tab of tabs) if (tab !== leader) expect(tab.received).toEqual(ids(world));
});

test("the leader hangs in the middle of a burst: another takes over, and nothing is lost, in the one that hung neither", async () => {
  const world = new World();
  const tabs = await openTabs(world, 5);
  world.hub.publish(1000);
  await world.run(20);
  const leader = leaderOf(world);
  leader.hang();
  await world.run(15_000);
  world.hub.publish(50);
  await world.run(1000);
  for (const tab of tabs) if (tab !== leader) expect(tab.received).toEqual(ids(world));
  expect(leaderOf(world)).not.toBe(leader);
  leader.recover();
  await world.run(5000);
  world.hub.publish(50);
  await world.run(1000);
  expect(world.streams).toBe(1);
  for (const tab of tabs) expect(tab.received).toEqual(ids(world));
});

test("a key is required", () => {
  expect(() => shareTabs({ key: "" })).toThrow(new TypeError("shareTabs needs a key: the user's id"));
  expect(() => shareTabs({} as { key: string })).toThrow(TypeError);
});
