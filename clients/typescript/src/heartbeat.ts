/** Notices silence. */
import type { Platform } from "./platform.ts";
import type { HeartbeatConfig } from "./types.ts";

/** What timers hold; they take a longer time for none. */
const LONGEST = 2e9;

/**
 * Calls `onTimeout` once nothing has been recorded for `timeout`, by the clock and not by counting timers, so that it is
 * right after a machine has slept. A clock that jumps back restarts the measure. Fires once a silence: the next
 * `recordHeartbeat()` begins another.
 */
export class HeartbeatMonitor {
  /** Something was heard. */
  declare readonly recordHeartbeat: () => void;
  /** Looks at the clock now: timers may be late after a sleep. */
  declare readonly check: () => void;
  /** Stops for good. */
  declare readonly destroy: () => void;

  /** Starts at once. */
  constructor(
    { expectedInterval = 15_000, timeout = expectedInterval + 10_000, onTimeout }: HeartbeatConfig,
    platform: Platform = globalThis,
  ) {
    /** Not a number after a silence, so that it is told once. */
    let last: number;
    let timer: unknown;

    const look = (heard?: boolean) => {
      platform.clearTimeout(timer);
      const now = platform.Date.now();
      last = heard ? now : Math.min(last, now);
      const left = last + timeout - now;
      if (left > 0) timer = platform.setTimeout(look, Math.min(left, LONGEST));
      else if (left <= 0) {
        last = Number.NaN;
        onTimeout();
      }
    };
    this.check = look;
    this.recordHeartbeat = () => look(true);
    this.destroy = () => {
      // No silence lasts so long.
      timeout = Number.NaN;
      look();
    };
    look(true);
  }
}
