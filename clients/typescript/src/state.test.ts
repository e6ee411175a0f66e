import { describe, expect, it } from "vitest";
import { nextState, SSEConnectionState, type Told } from "./state.ts";

describe("nextState", () => {
  const told: Told[] = ["connecting", "connected", "error", "closed"];
  it.each([
    ["idle", "connecting", "connected", "error", "closed"],
    ["connecting", "connecting", "connected", "error", "closed"],
    ["connected", "reconnecting", "connected", "error", "closed"],
    ["reconnecting", "reconnecting", "connected", "error", "closed"],
    ["error", "connecting", "connected", "error", "closed"],
    ["closed", "connecting", "connected", "error", "closed"],
  ] as const)("moves on from %s", (state, ...expected) => {
    expect(told.map((word) => nextState(state, word))).toEqual(expected);
  });

  it("is exported by the names that users know", () => {
    expect(SSEConnectionState).toEqual({
      IDLE: "idle",
      CONNECTING: "connecting",
      CONNECTED: "connected",
      RECONNECTING: "reconnecting",
      ERROR: "error",
      CLOSED: "closed",
    });
  });
});
