/** A backend that publishes one event after another through whatever happens to the hub. */
import { pause } from "./eventually.ts";
import type { Hub, Publication } from "./hub.ts";

export interface Publishing {
  /** Waits until so many were acknowledged in all. */
  reached(count: number): Promise<void>;
  /** Ends after the event that is under way. */
  stop(): Promise<void>;
}

/**
 * Publishes until stopped, every so many milliseconds, to these users or (null) to everyone. What is not acknowledged is
 * sent again under the same key, so that it is in the log once: `hub.published` stays the whole truth.
 */
export function keepPublishing(
  hub: Hub,
  { users = ["ann"], every = 5 }: { users?: string[] | null; every?: number } = {},
): Publishing {
  const recipients = users ? { users } : {};
  let stopped = false;
  let count = 0;
  const acknowledged = async (event: Publication) => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      try {
        return await hub.publish(event);
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(10);
      }
    }
  };
  const run = async () => {
    for (; !stopped; count++) {
      await acknowledged({ type: "chapter.updated", data: { count }, ...recipients, key: `no-${count}` });
      await pause(every);
    }
  };
  const running = run();
  running.catch(() => {});
  return {
    async reached(wanted) {
      while (count < wanted) await Promise.race([pause(10), running]);
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
