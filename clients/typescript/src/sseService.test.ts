import { describe, expect, it } from "vitest";
import { SSEConnectionState, SSEError } from "./index.ts";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

describe("connecting", () => {
  it("asks for a token, sends it in Authorization and nowhere else, and is connected at hello", async () => {
    const { service, hub, states, asked } = setUp();
    let resolved = false;
    const connected = service
      .connect({
        eventTypes: ["novel.created", "chapter.*"],
        channels: ["novel:42"],
        metadata: { client_version: "1.0.0" },
        since: "15m",
      })
      .then(() => {
        resolved = true;
      });
    expect(service.state).toBe(SSEConnectionState.CONNECTING);
    await settle();
    expect(asked).toEqual(["connect"]);
    const { url, token } = hub.last;
    expect(token).toBe("token-1");
    expect(url.pathname).toBe("/api/v1/events/stream");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      events: "novel.created,chapter.*",
      channels: "novel:42",
      meta_client_version: "1.0.0",
      since: "15m",
    });
    await hub.last.open();
    expect(resolved).toBe(false);
    await hub.last.hello("e-7");
    await connected;
    expect(states).toEqual(["connecting", "connected"]);
    expect(service.lastEventId).toBe("e-7");
  });
});
