/** All that bounds sharing. Times are milliseconds. */

/** What a tab keeps to answer others with, and the most that one message carries. */
export const RING_EVENTS = 1_000;
/** Two bytes for each UTF-16 code unit, which is what a string takes at most. */
export const RING_BYTES = 1_048_576;

/** How often a tab looks whether its leader lives, and `SPREAD` on top. */
export const LOOK = 2_500;
/** Looks without a word from the leader until a tab asks for one. A machine or page that sleeps does not look meanwhile. */
export const QUIET = 2;
/** Looks without a word until the leader counts as silent. */
export const SILENT = 4;
/** How long a tab waits for an answer before it reads a stream of its own. */
export const ANSWER = 1_500;
/** How many tabs one that doesn't lead has in mind to answer. */
export const ANSWERS = 100;
/**
 * Where one of several tabs is enough – to answer, to take over – each waits for a part of this, and then does it unless
 * another one has.
 */
export const SPREAD = 250;

/** Waiting for a token again, in all tabs together: uniform in 0 … min(limit, first · 2ⁿ), as for a connection. */
export const TOKEN_BACKOFF = 250;
export const TOKEN_BACKOFF_LIMIT = 4_000;
