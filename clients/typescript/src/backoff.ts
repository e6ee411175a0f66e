/** How long to wait before the next attempt, in milliseconds. */

/** Before the hub has named a time. */
export const FIRST_BASE = 250;
const LEAST_BASE = 100;
const MOST_BASE = 30_000;
/** Waits grow to this, or to the base where that is more. */
const CEILING = 4_000;

/** The base that a `retry:` field or `retry_ms` asks for, within bounds; not a number where that is none. */
export const baseFor = (retry: number): number => Math.min(Math.max(retry, LEAST_BASE), MOST_BASE);

/** After so many failures in a row; the wait is uniform up to it, so that clients who were cut off together don't return together. */
export const longestWait = (base: number, failures: number): number =>
  Math.min(Math.max(CEILING, base), base * 2 ** failures);
