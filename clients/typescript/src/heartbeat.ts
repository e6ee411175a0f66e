/** Notices silence. */
import { type Platform, platform as real } from "./platform.ts";
import type { HeartbeatConfig } from "./types.ts";

/**
 * Calls `onTimeout` once nothing has been recorded for `timeout`, by the clock and not by counting timers, so that it is
 * right after a machine has slept. A clock that jumps back restarts the measure. Fires once a silence: the next
 * `recordHeartbeat()` arms it again.
 */
export class HeartbeatMonitor {
  readonly #platform: Platform;
  readonly #timeout: number;
  readonly #onTimeout: () => void;
  #last: number;
  #timer: unknown;

  constructor(
    { expectedInterval = 15_000, timeout = expectedInterval + 10_000, onTimeout }: HeartbeatConfig,
    platform = real,
  ) {
    this.#platform = platform;
    this.#timeout = timeout;
    this.#onTimeout = onTimeout;
    this.#last = platform.now();
    this.#arm(timeout);
  }

  /** Something was heard. Cheap: no timer is touched while one runs. */
  recordHeartbeat(): void {
    this.#last = this.#platform.now();
    if (this.#timer === undefined) this.#arm(this.#timeout);
  }

  /** Looks at the clock now: after a sleep, timers may be late. */
  check(): void {
    if (this.#timer === undefined) return;
    this.#platform.clearTimeout(this.#timer);
    const now = this.#platform.now();
    if (now < this.#last) this.#last = now;
    const left = this.#last + this.#timeout - now;
    if (left > 0) return this.#arm(left);
    this.#timer = undefined;
    this.#onTimeout();
  }

  /** Stops for good. */
  destroy(): void {
    this.#platform.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(ms: number): void {
    this.#timer = this.#platform.setTimeout(() => this.check(), ms);
  }
}
