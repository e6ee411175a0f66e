import { expect, test } from "vitest";
import { shareTabs } from "../cross-tab.ts";
import { ids, leaderOf, openTabs, say } from "../testing/sharing.ts";
import { type Tab, World } from "../testing/tabs.ts";
import { ANSWER, LOOK, SILENT } from "./limits.ts";

test("whoever is signed out ends; the others find out by themselves", async () => {
  const world = new World();
  const tabs = await openTabs(world, 3);
  const leader = leaderOf(world);
  leader.token = () => "none";
  leader.open();
  await world.run(2000);
  expect(leader.state).toBe("error");
  expect(leader.errors.at(-1)).toMatchObject({ code: "signed_out" });
  world.hub.publish(3);
  await world.run(500);
  expect(leader.received).toEqual([]);
  for (const tab of tabs) if (tab !== leader) expect(tab.received).toEqual(ids(world));
});

test("a leader that can't get a token lets another one try", async () => {
  const world = new World();
  const tabs = await openTabs(world, 3, { hidden: true });
  const leader = leaderOf(world);
  leader.token = () => "failed";
  world.hub.cut();
  await world.run(3000);
  expect(world.streams).toBe(1);
  expect(leaderOf(world)).not.toBe(leader);
  expect(leader.errors.map(({ code }) => code)).toEqual(["network", "token_failed"]);
  world.hub.publish(3);
  await world.run(500);
  for (const tab of tabs) {
    expect(tab.received).toEqual(ids(world));
    expect(tab.state).toBe("connected");
    if (tab !== leader) expect(tab.errors.map(({ code }) => code)).not.toContain("token_failed");
  }
});

test("where no tab gets a token, all of them together ask no more often than one would, and none is left out", async () => {
  const world = new World();
  const tabs = await openTabs(world, 5, { token: () => "failed" });
  const hidden = tabs.slice(1);
  for (const tab of hidden) tab.hide();
  await world.run(60_000);
  const asked = tabs.reduce((sum, tab) => sum + tab.tokens, 0);
  expect(asked).toBeGreaterThan(15);
  expect(asked).toBeLessThan(60);
  for (const tab of tabs) expect(tab.tokens).toBeGreaterThan(0);
  (tabs[3] as Tab).token = () => "given";
  await world.run(30_000);
  for (const tab of tabs) expect(tab.state).toBe("connected");
});

test("a visible tab takes over from a leader that is hidden and not connected", async () => {
  const world = new World();
  const [leader, visible] = (await openTabs(world, 2)) as [Tab, Tab];
  leader.hide();
  world.hub.down = true;
  world.hub.cut();
  await world.run(1500);
  expect(leaderOf(world)).toBe(visible);
  world.hub.down = false;
  world.hub.publish(3);
  await world.run(1000);
  expect(leader.received).toEqual(ids(world));
  expect(visible.received).toEqual(ids(world));
  expect(world.streams).toBe(1);
});

test("a tab that is shown takes over from such a leader, and one that stays hidden does not", async () => {
  const world = new World();
  const [leader, other] = (await openTabs(world, 2, { hidden: true })) as [Tab, Tab];
  world.hub.down = true;
  world.hub.cut();
  await world.run(20_000);
  expect(leaderOf(world)).toBe(leader);
  other.show();
  await world.run(500);
  expect(leaderOf(world)).toBe(other);
  leader.show();
  await world.run(20_000);
  expect(leaderOf(world)).toBe(other);
});

test("with a leader that hangs and nobody to see it, each tab reads a stream of its own, until one leads again", async () => {
  const world = new World();
  const [leader, ...others] = (await openTabs(world, 3, { hidden: true })) as [Tab, Tab, Tab];
  leader.hang();
  await world.run(2 * SILENT * LOOK);
  world.hub.publish(10);
  await world.run(500);
  for (const tab of others) expect(tab.received).toEqual(ids(world));
  expect(leaderOf(world)).toBe(leader);
  leader.kill();
  await world.run(1000);
  expect(world.streams).toBe(1);
  world.hub.publish(10);
  await world.run(500);
  for (const tab of others) expect(tab.received).toEqual(ids(world));
});

test("a machine that slept wakes with the leader that it had", async () => {
  const world = new World();
  const tabs = await openTabs(world, 3);
  const leader = leaderOf(world);
  for (const tab of tabs) tab.hang();
  await world.run(3_600_000);
  for (const tab of tabs) tab.recover();
  await world.run(10_000);
  expect(leaderOf(world)).toBe(leader);
});

test("a clock that is set back costs nothing: the next leader's generation is higher all the same", async () => {
  const world = new World();
  const tabs = await openTabs(world, 3);
  world.skew = -86_400_000;
  leaderOf(world).kill();
  await world.run(1000);
  world.hub.publish(3);
  await world.run(1000);
  for (const tab of tabs) if (!tab.dead) expect(tab.received).toEqual(ids(world));
});

test("a leader that began under too low a generation finds out, and begins again", async () => {
  const world = new World();
  const [first, second] = (await openTabs(world, 2)) as [Tab, Tab];
  second.dispatch("pagehide");
  await world.run(100);
  const generation = Number(world.said.at(-1)?.data.generation);
  first.kill();
  second.dispatch("pageshow");
  await world.run(1000);
  const late = world.tab(shareTabs({ key: "u1" }), {}).open();
  await world.run(1000);
  // As from one that has heard of a later leader.
  say(world, world.said[0]?.name as string, { id: "x", ask: "", generation: generation + 1e9 });
  await world.run(3000);
  expect(world.streams).toBe(1);
  world.hub.publish(3);
  await world.run(1000);
  for (const tab of [second, late]) expect(tab.received).toEqual(ids(world));
  expect(Number(world.said.at(-1)?.data.generation)).toBeGreaterThan(generation + 1e9);
});

test("what comes under a lower generation is dropped", async () => {
  const world = new World();
  const [, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  const name = world.said[0]?.name as string;
  say(world, name, {
    id: "x",
    generation: 5,
    word: { state: "connected", failures: 0 },
    from: "a-0",
    events: [{ type: "note", id: "a-1", data: "" }],
  });
  say(world, name, { id: "x", generation: 5, word: { state: "closed", failures: 0 } });
  await world.run(500);
  expect(follower.received).toEqual([]);
  expect(follower.state).toBe("connected");
});

test("what another version says is ignored", async () => {
  const world = new World();
  const tabs = await openTabs(world, 2);
  const name = world.said[0]?.name as string;
  for (const body of [
    { v: 2, generation: 1e15, word: { state: "closed", failures: 0 } },
    { generation: 1e15, word: "closed" },
    { generation: "x" },
  ]) {
    say(world, name, body);
  }
  world.hub.publish(5);
  await world.run(500);
  for (const tab of tabs) expect(tab.received).toEqual(ids(world));
});

test.each(["pagehide", "freeze"])(
  "%s lets go of lock and channel, and the page returns with what it lacks",
  async (type) => {
    const world = new World();
    const tabs = await openTabs(world, 3);
    const leader = leaderOf(world);
    leader.dispatch(type);
    expect([...world.channels].map(({ tab }) => tab)).not.toContain(leader);
    expect(world.pending(leader)).toBe(0);
    leader.show();
    await world.run(1000);
    expect(leaderOf(world)).not.toBe(leader);
    world.hub.publish(100);
    await world.run(1000);
    expect(leader.received).toEqual([]);
    leader.dispatch(type === "freeze" ? "resume" : "pageshow");
    await world.run(1000);
    for (const tab of tabs) expect(tab.received).toEqual(ids(world));
    expect(world.streams).toBe(1);
    expect(leader.states).toEqual(["connecting", "connected", "connecting", "connected"]);
  },
);

test("a closed one leaves nothing behind, and hears nothing", async () => {
  const world = new World();
  const [leader, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  follower.close();
  leader.close();
  leader.close();
  await world.run(0);
  expect(world.pending(leader) + world.pending(follower)).toBe(0);
  expect(world.channels.size + world.locks.held.size + world.locks.queue.length + world.streams).toBe(0);
  leader.dispatch("pageshow");
  follower.dispatch("resume");
  expect(world.channels.size).toBe(0);
});

test.each(["event", "state"] as const)("a listener may close it: at its %s", async (at) => {
  const world = new World();
  const [, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  if (at === "event") {
    follower.onEvent = (id) => id === "a-3" && follower.close();
    world.hub.publish(1);
    await world.run(100);
    world.hub.publish(1);
    await world.run(100);
    world.hub.publish(1);
    await world.run(100);
    world.hub.publish(3);
    await world.run(1000);
    expect(follower.received.at(-1)).toBe("a-3");
  } else {
    follower.onState = () => follower.close();
    world.hub.down = true;
    world.hub.cut();
    await world.run(1000);
    world.hub.down = false;
    await world.run(1000);
    expect(follower.states).toEqual(["connecting", "connected", "connecting"]);
  }
  expect(world.pending(follower)).toBe(0);
});

test("a listener may close the one that is about to lead", async () => {
  const world = new World();
  const [leader, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  follower.onState = () => follower.close();
  leader.kill();
  await world.run(5000);
  expect(world.streams).toBe(0);
  expect(world.locks.held.size).toBe(0);
});

test("opened again, the leader connects anew, and another tab asks anew", async () => {
  const world = new World();
  const [leader, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  follower.open();
  await world.run(500);
  expect(world.hub.attempts).toBe(1);
  expect(follower.state).toBe("connected");
  leader.open();
  await world.run(500);
  expect(world.hub.attempts).toBe(2);
  leader.hang();
  follower.open();
  await world.run(2 * ANSWER);
  world.hub.publish(3);
  await world.run(500);
  expect(follower.received).toEqual(ids(world));
});

test("with other options it leaves those that it shared with", async () => {
  const world = new World();
  const [leader, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  leader.open({ eventTypes: ["note"] });
  await world.run(1000);
  expect(world.streams).toBe(2);
  world.hub.publish(3);
  await world.run(500);
  expect(leader.received).toEqual(ids(world));
  expect(follower.received).toEqual(ids(world));
});

test.each([
  ["Web Locks", { navigator: {} }],
  ["a navigator", { navigator: undefined }],
  ["BroadcastChannel", { BroadcastChannel: undefined }],
  [
    "a page that may lock",
    { navigator: { locks: { request: () => Promise.reject(new DOMException("no", "SecurityError")) } } },
  ],
  [
    "a page that may broadcast",
    {
      BroadcastChannel: class {
        constructor() {
          throw new DOMException("no", "SecurityError");
        }
      },
    },
  ],
] as [string, Record<string, unknown>][])("without %s each has a connection of its own", async (_, platform) => {
  const world = new World();
  const tabs = await openTabs(world, 2, { platform });
  expect(world.streams).toBe(2);
  world.hub.publish(3);
  await world.run(500);
  for (const tab of tabs) expect(tab.received).toEqual(ids(world));
  (tabs[0] as Tab).open();
  await world.run(500);
  expect(world.hub.attempts).toBe(3);
  for (const tab of tabs) tab.close();
  expect(world.streams).toBe(0);
});

test("without a page there is nothing to listen to", async () => {
  const world = new World();
  const tabs = await openTabs(world, 2, { platform: { addEventListener: undefined, document: undefined } });
  world.hub.publish(3);
  await world.run(500);
  for (const tab of tabs) expect(tab.received).toEqual(ids(world));
  expect(world.streams).toBe(1);
});
