/** Notices silence. */
import type { Platform } from "./platform.ts";
import type { HeartbeatConfig } from "./types.ts";

/**
 * Calls `onTimeout` once nothing has been recorded for `timeout`, by the clock and not by counting timers, so that it is
 * right after a machine has slept. A clock that jumps back restarts the measure. Fires once a silence: the next
 * `recordHeartbeat()` begins another.
 */
export class HeartbeatMonitor {
  /** Something was heard. Cheap: no timer is touched while one runs. */
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
    let last: number;
    /** Undefined after a silence until something is heard; null for good. */
    let timer: unknown;

    const arm = (ms: number) => {
      timer = platform.setTimeout(this.check, ms);
    };

    this.check = () => {
      if (timer == null) return;
      platform.clearTimeout(timer);
      timer = undefined;
      const now = platform.Date.now();
      last = Math.min(last, now);
      const left = last + timeout - now;
      left > 0 ? arm(left) : onTimeout();
    };
    this.recordHeartbeat = () => {
      last = platform.Date.now();
      if (timer === undefined) arm(timeout);
    };
    this.destroy = () => {
      platform.clearTimeout(timer);
      timer = null;
    };
    this.recordHeartbeat();
  }
}
