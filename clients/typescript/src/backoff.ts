/** How long to wait before the next attempt. */
import type { Platform } from "./platform.ts";

/** Before the hub has named a time. */
const FIRST_BASE = 250;
const LEAST_BASE = 100;
const MOST_BASE = 30_000;
/** Waits grow to this, or to the base where that is more. */
const CEILING = 4_000;
/** A connection that lasted so long starts the growth anew. */
const STEADY = 10_000;

export interface Backoff {
  /** The last `retry:` or `retry_ms`, in milliseconds. */
  setBase(ms: number): void;
  /** A connection has ended that was open for so long. */
  lasted(ms: number): void;
  /** The next wait: uniform, so that clients who were cut off together don't return together. */
  next(): number;
}

export function createBackoff(platform: Platform): Backoff {
  let base = FIRST_BASE;
  let failures = 0;
  return {
    setBase(ms) {
      if (ms >= 0) base = Math.min(Math.max(ms, LEAST_BASE), MOST_BASE);
    },
    lasted(ms) {
      if (ms >= STEADY) failures = 0;
    },
    next: () => platform.Math.random() * Math.min(Math.max(CEILING, base), base * 2 ** failures++),
  };
}
