import { describe, expect, it } from "vitest";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

describe("createSSEToken()", () => {
  const answer = { sse_token: "sse", expires_at: "2026-01-01T00:00:00Z", expires_in: 60 };

  it("exchanges the access token", async () => {
    const { service, hub, asked } = setUp();
    const token = service.createSSEToken();
    await settle();
    expect(hub.last.url.pathname).toBe("/api/v1/auth/sse-token");
    expect(hub.last.method).toBe("POST");
    expect(hub.last.token).toBe("token-1");
    await hub.last.respond(200, answer);
    expect(await token).toEqual(answer);
    expect(asked).toEqual(["connect"]);
  });

  it("asks for a fresh access token once after a 401", async () => {
    const { service, hub, asked } = setUp();
    const token = service.createSSEToken();
    await settle();
    await hub.last.refuse(401, "token_expired");
    hub.last.refuse(401, "token_signature");
    await expect(token).rejects.toMatchObject({ code: "token_signature", status: 401 });
    expect(asked).toEqual(["connect", "refresh"]);
  });

  it("rejects with what the hub says, with the network's failure, and without a token", async () => {
    const { service, hub } = setUp();
    const refused = service.createSSEToken();
    await settle();
    hub.last.refuse(429, "session_limit");
    await expect(refused).rejects.toMatchObject({ code: "session_limit", status: 429 });
    const failed = service.createSSEToken();
    await settle();
    hub.last.fail();
    await expect(failed).rejects.toMatchObject({ name: "SSEError", code: "network" });
    await expect(setUp({ getAccessToken: () => null }).service.createSSEToken()).rejects.toMatchObject({
      code: "signed_out",
    });
  });

  it("shares one refresh with a stream that waits for it too", async () => {
    const give: ((token: string) => void)[] = [];
    const reasons: string[] = [];
    const { service, hub } = setUp({
      getAccessToken: ({ reason }) => {
        reasons.push(reason);
        return reason === "connect" ? "stale" : new Promise((resolve) => give.push(resolve));
      },
    });
    service.connect();
    const token = service.createSSEToken();
    await settle();
    const [stream, exchange] = hub.exchanges;
    await stream?.refuse(401, "token_expired");
    await exchange?.refuse(401, "token_expired");
    expect(reasons).toEqual(["connect", "connect", "refresh"]);
    for (const resolve of give) resolve("fresh");
    await settle();
    expect(hub.exchanges.slice(2).map((request) => request.token)).toEqual(["fresh", "fresh"]);
    await hub.exchanges.find((request, index) => index > 1 && request.method === "POST")?.respond(200, answer);
    expect(await token).toEqual(answer);
    // The next one asks anew.
    service.createSSEToken();
    await settle();
    expect(reasons).toHaveLength(4);
  });

  it("goes on sharing its refresh when an attempt ends whose own was over before", async () => {
    const give: ((token: string) => void)[] = [];
    const reasons: string[] = [];
    const { service, hub, platform } = setUp({
      getAccessToken: ({ reason }) => {
        reasons.push(reason);
        return reason === "connect" ? "stale" : new Promise((resolve) => give.push(resolve));
      },
    });
    service.connect();
    await settle();
    await hub.last.refuse(401, "token_expired");
    give[0]?.("fresh");
    await settle();
    const attempt = hub.last;
    service.createSSEToken();
    await settle();
    await hub.last.refuse(401, "token_expired");
    expect(reasons).toEqual(["connect", "refresh", "connect", "refresh"]);
    await attempt.fail();
    await platform.advance(1000);
    expect(service.stats.attempts).toBe(3);
    expect(reasons).toHaveLength(4);
    give[1]?.("fresher");
    await settle();
    expect(hub.exchanges.slice(3).map(({ token }) => token)).toEqual(["fresher", "fresher"]);
  });
});

it("a refresh that an aborted attempt left hanging ends nobody's later one when it settles at last", async () => {
  const give: ((token: string) => void)[] = [];
  const reasons: string[] = [];
  const { service, hub, platform } = setUp({
    getAccessToken: ({ reason }) => {
      reasons.push(reason);
      return reason === "connect" ? "stale" : new Promise((resolve) => give.push(resolve));
    },
  });
  service.connect();
  await settle();
  await hub.last.refuse(401, "token_expired");
  await platform.advance(20_000); // the attempt had 10 s, and the next one asks anew
  expect(reasons).toEqual(["connect", "refresh", "refresh"]);
  give[0]?.("late");
  await settle();
  service.createSSEToken();
  await settle();
  expect(reasons).toHaveLength(3);
  give[1]?.("fresh");
  await settle();
  expect(hub.exchanges.slice(1).map(({ token }) => token)).toEqual(["fresh", "fresh"]);
});

describe("getSSEToken", () => {
  it("opens streams, and is asked again only shortly before the token's end, by the local clock", async () => {
    const reasons: string[] = [];
    const { service, hub, platform } = setUp({
      getAccessToken: undefined as never,
      getSSEToken: ({ reason }) => {
        reasons.push(reason);
        return { sse_token: `sse-${reasons.length}`, expires_in: 60 };
      },
    });
    service.connect();
    await settle();
    const lose = async (after: number) => {
      await hub.last.hello();
      await platform.advance(after);
      await hub.last.send("reauth", {}, "e-0");
      await hub.last.end();
      await platform.advance(500);
    };
    expect(hub.last.token).toBe("sse-1");
    await lose(20_000);
    await lose(20_000);
    expect(hub.last.token).toBe("sse-1");
    await lose(14_000);
    expect(hub.last.token).toBe("sse-2");
    await hub.last.refuse(401, "token_revoked");
    expect(hub.last.token).toBe("sse-3");
    expect(reasons).toEqual(["connect", "connect", "refresh"]);
  });

  it("null is signed out, and a throw is retried", async () => {
    await expect(setUp({ getSSEToken: () => null }).service.connect()).rejects.toMatchObject({ code: "signed_out" });
    const { service, errors } = setUp({
      getSSEToken: () => {
        throw new Error("away");
      },
    });
    service.connect();
    await settle();
    expect(errors).toMatchObject([{ code: "token_failed" }]);
  });
});
