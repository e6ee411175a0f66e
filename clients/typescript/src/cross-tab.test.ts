import { SSEError } from "@tidings/client";
import { expect, test } from "vitest";
import { ANSWER, ANSWERS, LOOK, QUIET, RING_EVENTS } from "./cross-tab/limits.ts";
import { shareTabs } from "./cross-tab.ts";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";
import { ids, leaderOf, openTabs, say } from "./testing/sharing.ts";
import { type Tab, World } from "./testing/tabs.ts";

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

test.each([
  ["there are no locks", {}],
  [
    "locks are refused",
    {
      navigator: { locks: { request: () => Promise.reject(new DOMException("no", "SecurityError")) } },
      BroadcastChannel: class {
        postMessage() {}
        close() {}
      },
    },
  ],
])("where %s, a stream of other options opens before the last one closes", async (_, page) => {
  const { service, platform, hub } = setUp({ crossTab: shareTabs({ key: "u1" }) });
  Object.assign(platform, page);
  service.connect({ eventTypes: ["a"] });
  await settle();
  const first = hub.last;
  await first.hello();
  service.connect({ eventTypes: ["b"] });
  await settle();
  expect(hub.streams).toHaveLength(2);
  expect(first.aborted).toBe(false);
  await hub.last.hello();
  expect(first.aborted).toBe(true);
});

test("tabs share whatever order their lists are in, and however often something stands there", async () => {
  const world = new World();
  await openTabs(world, 1, { connect: { eventTypes: ["a.*", "b"], channels: ["x", "y"] } });
  await openTabs(world, 1, { connect: { eventTypes: ["b", "a.*", "b"], channels: ["y", "x"] } });
  await openTabs(world, 1, { connect: { eventTypes: ["b", "a.*"], channels: ["y", "x"], metadata: { page: "2" } } });
  expect(world.streams).toBe(1);
});

test("another address, endpoint, key, type or channel is another connection", async () => {
  const world = new World();
  const open = (key: string, connect = {}, baseURL = "https://hub.test") =>
    world.tab(shareTabs({ key }), { connect, baseURL }).open();
  open("u1");
  open("u2");
  open("u1", {}, "https://hub.test/other");
  open("u1", { endpoint: "elsewhere" });
  open("u1", { eventTypes: ["a,b"] });
  open("u1", { eventTypes: ["a", "b"] });
  open("u1", { channels: ["a", "b"] });
  open("u1", { eventTypes: ["a"], channels: ["b"] });
  open('u1",["a"],["b"]]');
  await world.run(1000);
  expect(world.streams).toBe(9);
  expect(new Set([...world.locks.held.keys()]).size).toBe(9);
});

test("two users on one origin never hear each other's", async () => {
  const world = new World();
  const mine = world.tab(shareTabs({ key: "u1" })).open();
  const other = world.tab(shareTabs({ key: "u2" }), { token: () => "failed" }).open();
  await world.run(500);
  world.hub.publish(100);
  await world.run(1000);
  expect(mine.received).toHaveLength(100);
  expect(other.received).toEqual([]);
  expect(other.state).toBe("connecting");
});

test("one that joins without a cursor begins where the others are", async () => {
  const world = new World();
  await openTabs(world, 1);
  world.hub.publish(10);
  await world.run(500);
  const [late] = (await openTabs(world, 1)) as [Tab];
  expect(late.cursor).toBe("a-10");
  world.hub.publish(10);
  await world.run(500);
  expect(late.received).toEqual(ids(world, 10));
  expect(world.hub.attempts).toBe(1);
});

test("one that joins with a cursor asks for what it lacks", async () => {
  const world = new World();
  await openTabs(world, 2);
  world.hub.publish(900);
  await world.run(1000);
  const [late] = (await openTabs(world, 1, { cursor: "a-100" })) as [Tab];
  expect(late.received).toEqual(ids(world, 100));
  expect(world.hub.attempts).toBe(1);
  expect(late.states).toEqual(["connecting", "connected"]);
});

test("one that lacks more than the others have reads a stream of its own until it has caught up", async () => {
  const world = new World();
  await openTabs(world, 2);
  world.hub.publish(RING_EVENTS + 500);
  await world.run(2000);
  const [late] = (await openTabs(world, 1, { cursor: "a-0" })) as [Tab];
  await world.run(ANSWER);
  expect(world.hub.attempts).toBe(2);
  world.hub.publish(10);
  await world.run(2000);
  expect(world.streams).toBe(1);
  expect(leaderOf(world)).not.toBe(late);
  expect(late.received).toEqual(ids(world));
});

test("one that begins back in time reads a stream of its own until it has caught up", async () => {
  const world = new World();
  await openTabs(world, 1);
  world.hub.publish(100);
  await world.run(1000);
  const [late] = (await openTabs(world, 1, { connect: { since: "earliest" } })) as [Tab];
  await world.run(3000);
  expect(late.received).toEqual(ids(world));
  expect(world.streams).toBe(1);
  expect(world.hub.attempts).toBe(2);
});

test("what the leader doesn't have another tab has, and one answer comes", async () => {
  const world = new World();
  await openTabs(world, 3);
  world.hub.publish(100);
  await world.run(1000);
  // It takes over with a ring that begins where it comes in.
  const first = leaderOf(world);
  const [second] = (await openTabs(world, 1)) as [Tab];
  for (const tab of world.tabs) if (tab !== second && tab !== first) tab.dispatch("pagehide");
  first.dispatch("pagehide");
  await world.run(1000);
  expect(leaderOf(world)).toBe(second);
  for (const tab of world.tabs) tab.dispatch("pageshow");
  await world.run(1000);
  const before = world.said.length;
  const [late] = (await openTabs(world, 1, { cursor: "a-50" })) as [Tab];
  await world.run(ANSWER);
  expect(late.received).toEqual(ids(world, 50));
  expect(world.hub.attempts).toBe(2);
  const answers = world.said.slice(before).filter(({ data }) => data.to !== undefined);
  expect(answers).toHaveLength(1);
  expect(answers[0]?.from).not.toBe(second);
});

test("one tab has only so many in mind to answer", async () => {
  const world = new World();
  const [leader, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  world.hub.publish(10);
  await world.run(500);
  leader.hang();
  const { name } = world.said[0] as { name: string };
  const [channel] = world.channels;
  for (let i = 0; i < 2 * ANSWERS; i++) say(world, name, { id: `x${i % (ANSWERS + 50)}`, ask: "a-1" });
  const before = world.said.length;
  await world.run(1000);
  expect(channel?.name).toBe(name);
  const answers = world.said.slice(before).filter(({ from, data }) => from === follower && data.to !== undefined);
  expect(answers).toHaveLength(ANSWERS);
});

test("the leader says what it reads before it hands it to its own listeners", async () => {
  const world = new World();
  const [leader] = (await openTabs(world, 2)) as [Tab, Tab];
  const order: string[] = [];
  leader.onEvent = (id) => {
    const said = world.said.some(({ data }) => JSON.stringify(data.events ?? []).includes(`"${id}"`));
    order.push(`${id} ${said}`);
  };
  world.hub.publish(2);
  await world.run(500);
  expect(order).toEqual(["a-1 true", "a-2 true"]);
});

test("a lost broadcast is asked for when the next one comes, or after a while without", async () => {
  const world = new World();
  const [, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  const lose = async () => {
    world.loses = (message) => (message.events as unknown[] | undefined)?.length !== 0 && message.to === undefined;
    world.hub.publish(5);
    await world.run(200);
    world.loses = () => false;
  };
  await lose();
  expect(follower.received).toHaveLength(0);
  world.hub.publish();
  await world.run(200);
  expect(follower.received).toEqual(ids(world));
  await lose();
  await world.run((QUIET + 1) * 1.2 * LOOK);
  expect(follower.received).toEqual(ids(world));
  expect(world.hub.attempts).toBe(1);
  expect(follower.states).toEqual(["connecting", "connected"]);
});

test("pings move the followers' cursors too", async () => {
  const world = new World();
  const [leader, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  world.hub.sequence = 7;
  world.hub.ping();
  await world.run(100);
  expect(leader.cursor).toBe("a-7");
  expect(follower.cursor).toBe("a-7");
});

test("gaps, new epochs, states and failures reach all", async () => {
  const world = new World();
  const tabs = await openTabs(world, 3);
  world.hub.publish(10);
  await world.run(500);
  world.hub.down = true;
  world.hub.cut();
  await world.run(300);
  for (const tab of tabs) expect(tab.state).toBe("connecting");
  for (const tab of tabs) expect(tab.errors[0]).toMatchObject({ code: "network" });
  world.hub.restart("b");
  world.hub.publish(3);
  world.hub.down = false;
  await world.run(1000);
  for (const tab of tabs) {
    expect(tab.gaps.map((gap) => JSON.parse(gap).to)).toEqual(["b-0"]);
    expect(tab.received).toEqual(ids(world));
    expect(tab.state).toBe("connected");
  }
});

test("an error reaches the others as what it tells, without its cause", async () => {
  const world = new World();
  const [, follower] = (await openTabs(world, 2)) as [Tab, Tab];
  const cause = new Error("secret");
  world.hub.refusal = new SSEError("unavailable", { message: "not now", status: 503, cause });
  world.hub.cut();
  await world.run(500);
  expect(follower.errors.at(-1)).toBeInstanceOf(SSEError);
  expect(follower.errors.at(-1)).toMatchObject({
    code: "unavailable",
    message: "not now",
    status: 503,
    retryable: true,
  });
  expect(follower.errors.at(-1)?.cause).toBeUndefined();
  expect(JSON.stringify(world.said.map(({ data }) => data))).not.toContain("secret");
});

test("a hub that was set back within its epoch takes everyone back", async () => {
  const world = new World();
  const tabs = await openTabs(world, 3);
  world.hub.publish(10);
  await world.run(500);
  world.hub.rewind(5);
  await world.run(1000);
  world.hub.publish(2);
  await world.run(1000);
  for (const tab of tabs) {
    expect(tab.gaps.map((gap) => JSON.parse(gap).reason)).toEqual(["unknown_id"]);
    expect(tab.received.slice(-2)).toEqual(["a-6", "a-7"]);
  }
});

test.each([
  ["error", new SSEError("channel_forbidden", { status: 403, retryable: false })],
  ["closed", new SSEError("bye", { retryable: false })],
] as const)("what is final for the leader is for all: %s", async (state, refusal) => {
  const world = new World();
  const tabs = await openTabs(world, 3);
  world.hub.refusal = refusal;
  world.hub.cut();
  await world.run(2000);
  for (const tab of tabs) {
    expect(tab.state).toBe(state);
    expect(tab.errors.at(-1)).toMatchObject({ code: refusal.code, retryable: false });
    tab.dispatch("pageshow");
    tab.dispatch("visibilitychange");
  }
  await world.run(20_000);
  expect(world.channels.size + world.locks.held.size + world.locks.queue.length).toBe(0);
  world.hub.refusal = undefined;
  for (const tab of tabs) tab.open();
  await world.run(1000);
  for (const tab of tabs) expect(tab.state).toBe("connected");
  expect(world.streams).toBe(1);
});
