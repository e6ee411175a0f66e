/** Tabs that share, and what tests ask of them. */
import { shareTabs } from "../cross-tab.ts";
import type { Tab, World } from "./tabs.ts";

/** What the hub has published. */
export const ids = (world: World, from = 0) => world.hub.log.slice(from).map(({ id }) => id);

/** Tabs that are open and have settled. */
export const openTabs = async (
  world: World,
  count: number,
  options: Parameters<World["tab"]>[1] = {},
): Promise<Tab[]> => {
  const tabs: Tab[] = [];
  for (let i = 0; i < count; i++) {
    tabs.push(world.tab(shareTabs({ key: "u1" }), options).open());
    await world.run(300);
  }
  return tabs;
};

/** As from a tab that nobody knows. */
export const say = (world: World, name: string, body: Record<string, unknown>) => {
  for (const channel of world.channels) {
    if (channel.name !== name) continue;
    const data = { v: 1, id: "x", generation: 0, ...body };
    world.schedule(channel.tab, 0, () => channel.onmessage?.({ data }));
  }
};

/** The one that holds the lock. */
export const leaderOf = (world: World): Tab => {
  const [held] = world.locks.held.values();
  return (held as NonNullable<typeof held>).tab;
};
