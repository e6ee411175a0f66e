import { expect, test } from "vitest";
import { shareTabs } from "../cross-tab.ts";
import { randomFrom, type Tab, World } from "../testing/tabs.ts";

/** `TIDINGS_SEED` replays one; otherwise each run has its own, which a failure names. */
const REPLAY = process.env.TIDINGS_SEED;
const RUNS = REPLAY ? 1 : Number(process.env.TIDINGS_RUNS ?? 60);
const FIRST = REPLAY ? Number(REPLAY) : Math.floor(Math.random() * 1e9);

const STEPS = 40;

/**
 * What a tab was given is right if it is the publisher's list from the place that the tab began at: in order, nothing
 * twice, and no hole but one that ends where a gap was told to end.
 */
const check = (world: World, tab: Tab, begin: number) => {
  const { log } = world.hub;
  const places = new Map(log.map(({ id }, index) => [id, index]));
  const excused = new Set(
    tab.gaps.map((data) => {
      const [epoch, sequence] = JSON.parse(data).to.split("-");
      if (sequence !== "0") return (places.get(`${epoch}-${sequence}`) as number) + 1;
      const first = places.get(`${epoch}-1`);
      return first ?? log.length;
    }),
  );
  let expected = begin;
  for (const id of [...tab.received, undefined]) {
    const place = id === undefined ? log.length : (places.get(id) as number);
    if (place < expected) throw new Error(`${id} came again, or late`);
    if (place > expected && !excused.has(place))
      throw new Error(`nothing told of ${log[expected]?.id} … ${log[place - 1]?.id}`);
    expected = place + 1;
  }
};

const interleave = async (seed: number) => {
  const world = new World(seed);
  const random = randomFrom(seed ^ 0x5eed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  /** Every other run knows retention and new epochs: the reasons for gaps. */
  const lossy = random() < 0.5;
  const begins = new Map<Tab, number>();
  const closed = new Set<Tab>();
  const trail: string[] = [];
  let epochs = 0;
  let losing = 0;
  world.loses = () => random() < losing;

  const join = () => {
    // A cursor, as one has from a snapshot: so that where its list begins is known.
    const tab = world.tab(shareTabs({ key: "u1" }), { cursor: world.hub.head, hidden: random() < 0.4 });
    begins.set(tab, world.hub.log.length);
    tab.open();
  };
  const awake = () => world.tabs.filter((tab) => !tab.dead && !tab.hung && !closed.has(tab));
  const some = (act: (tab: Tab) => void) => {
    const tabs = awake();
    if (tabs.length) act(pick(tabs));
  };
  const leader = (act: (tab: Tab) => void) => {
    const [held] = world.locks.held.values();
    if (held && awake().includes(held.tab)) act(held.tab);
  };

  const actions: [number, string, () => void][] = [
    [8, "publish", () => world.hub.publish(1 + Math.floor(random() * 200))],
    [3, "burst", () => world.hub.publish(1000)],
    [2, "ping", () => world.hub.ping()],
    [4, "join", () => awake().length < 6 && join()],
    [2, "kill leader", () => leader((tab) => tab.kill())],
    [1, "kill", () => some((tab) => tab.kill())],
    [2, "hang leader", () => leader((tab) => tab.hang())],
    [1, "hang", () => some((tab) => tab.hang())],
    [
      3,
      "recover",
      () =>
        world.tabs
          .filter((tab) => tab.hung && !tab.frozen && !tab.dead)
          .slice(0, 1)
          .map((tab) => tab.recover()),
    ],
    [1, "freeze", () => some((tab) => tab.freeze())],
    [
      2,
      "thaw",
      () =>
        world.tabs
          .filter((tab) => tab.frozen && !tab.dead)
          .slice(0, 1)
          .map((tab) => tab.thaw()),
    ],
    [1, "leave", () => some((tab) => tab.dispatch("pagehide"))],
    [2, "return", () => some((tab) => tab.dispatch("pageshow"))],
    [2, "hide", () => some((tab) => tab.hide())],
    [2, "show", () => some((tab) => tab.show())],
    [2, "lose broadcasts", () => (losing = random() < 0.5 ? 0 : random() / 2)],
    [2, "cut", () => world.hub.cut()],
    [1, "token", () => some((tab) => (tab.token = random() < 0.5 ? () => "failed" : () => "given"))],
    [
      1,
      "hub down",
      () => {
        world.hub.down = true;
        world.hub.cut();
      },
    ],
    [2, "hub up", () => (world.hub.down = false)],
    [1, "reconnect", () => some((tab) => tab.open())],
    [1, "clock back", () => (world.skew -= Math.floor(random() * 60_000))],
    ...(lossy
      ? ([
          [1, "retention", () => world.hub.retain(Math.floor(random() * 500))],
          [1, "epoch", () => world.hub.restart(`e${++epochs}`)],
        ] as [number, string, () => void][])
      : []),
  ];
  const weights = actions.reduce((sum, [weight]) => sum + weight, 0);

  try {
    join();
    join();
    for (let i = 0; i < STEPS; i++) {
      let at = random() * weights;
      const [, name, act] = actions.find(([weight]) => {
        at -= weight;
        return at < 0;
      }) as (typeof actions)[number];
      const ms = random() < 0.7 ? random() * 30 : random() * 9000;
      trail.push(`${name} +${Math.round(ms)}`);
      act();
      await world.run(ms);
    }
    // All is well again: everyone gets what they lack.
    losing = 0;
    world.hub.down = false;
    for (const tab of world.tabs) {
      tab.token = () => "given";
      if (tab.frozen) tab.thaw();
      if (tab.hung) tab.recover();
      tab.dispatch("pageshow");
    }
    await world.run(30_000);
    world.hub.publish(10);
    await world.run(5_000);
    const living = world.tabs.filter((tab) => !tab.dead);
    for (const tab of living) check(world, tab, begins.get(tab) as number);
    for (const tab of living) expect(tab.state).toBe("connected");
    expect(world.streams).toBe(living.length ? 1 : 0);
  } catch (error) {
    throw new Error(`TIDINGS_SEED=${seed} (${trail.join(", ")}): ${(error as Error).message}`, { cause: error });
  }
};

test(`whatever happens to tabs, each one's list is the publisher's (from seed ${FIRST})`, {
  timeout: 120_000,
}, async () => {
  for (let i = 0; i < RUNS; i++) await interleave(FIRST + i);
});
