/** The states of a service, and the moves between them. */

export const SSEConnectionState = {
  /** Never connected. */
  IDLE: "idle",
  /** On the way to the first `hello`. */
  CONNECTING: "connecting",
  CONNECTED: "connected",
  /** Lost after a `hello`; on the way to the next one. */
  RECONNECTING: "reconnecting",
  /** Refused for good; `connect()` tries anew. */
  ERROR: "error",
  /** By `disconnect()`, by abort, or at the hub's wish. */
  CLOSED: "closed",
} as const;

export type SSEConnectionState = (typeof SSEConnectionState)[keyof typeof SSEConnectionState];

/** What a source tells of its connection, or the service of itself. */
export type Told = "connecting" | "connected" | "error" | "closed";

/**
 * The state that follows: whoever was connected and is connecting is reconnecting, until it gave up or was closed. The
 * pattern is that of `connected` and `reconnecting`.
 */
export const nextState = (state: SSEConnectionState, told: Told): SSEConnectionState =>
  told === "connecting" && /ted|re/.test(state) ? "reconnecting" : told;
