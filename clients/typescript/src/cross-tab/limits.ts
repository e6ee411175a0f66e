/** All that bounds sharing. Times are milliseconds. */

/** What a tab keeps to answer others with, and the most that one message carries. */
export const RING_EVENTS = 1_000;
/** Two bytes for each UTF-16 code unit, which is what a string takes at most. */
export const RING_BYTES = 1_048_576;

/** How often a tab looks whether its leader lives; up to a fifth more, so that tabs don't all look at once. */
export const LOOK = 2_500;
/** Without a word from the leader for so long, a tab asks for one. */
export const QUIET = 5_000;
/** Without a word for so long, the leader is silent. */
export const SILENT = 10_000;
/** How long a tab waits for an answer before it reads a stream of its own. */
export const ANSWER = 1_500;
/** Within this time the tabs that don't lead answer, unless another one was quicker. */
export const ANSWER_SPREAD = 300;
/** How many tabs one that doesn't lead has in mind to answer. */
export const ANSWERS = 100;
/** Within this time a visible tab takes over from a leader that is hidden and not connected. */
export const TAKEOVER_SPREAD = 250;

/** Waiting for a token again, in all tabs together: uniform in 0 … min(limit, first · 2ⁿ), as for a connection. */
export const TOKEN_BACKOFF = 250;
export const TOKEN_BACKOFF_LIMIT = 4_000;
