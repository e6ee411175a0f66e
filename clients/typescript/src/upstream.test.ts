/** What keeps a connection up: what is final, what is retried and when, tokens, silence, pages that come and go. */
import { describe, expect, it, vi } from "vitest";
import type { TransportSink } from "./index.ts";
import { Exchange } from "./testing/hub.ts";
import { FakePlatform, settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

const BYE = { reason: "draining", reconnect: true, retry_ms: 1000 };

describe("tokens", () => {
  it("a 401 that a refresh cures is tried again at once and not reported", async () => {
    const { service, hub, asked, errors, platform } = setUp();
    const connected = service.connect();
    await settle();
    await hub.last.refuse(401, "token_expired");
    expect(asked).toEqual(["connect", "refresh"]);
    expect(hub.last.token).toBe("token-2");
    await hub.last.hello();
    await connected;
    expect(errors).toEqual([]);
    expect(service.stats).toMatchObject({ failures: 0, authenticationErrors: 0, attempts: 2 });
    expect(platform.time).toBe(1_700_000_000_000);
  });

  it("ten 401s in a row: one at once, then with waits, reported, until it succeeds", async () => {
    const { service, hub, asked, errors, platform } = setUp();
    const connected = service.connect();
    await settle();
    for (let i = 0; i < 10; i++) {
      await hub.last.refuse(401, "token_signature");
      if (i) {
        expect(hub.exchanges).toHaveLength(i + 1);
        await platform.advance(4000);
      }
      expect(hub.exchanges).toHaveLength(i + 2);
    }
    await hub.last.hello();
    await connected;
    expect(asked).toEqual(["connect", ...Array(10).fill("refresh")]);
    expect(errors).toHaveLength(9);
    expect(errors[0]).toMatchObject({ code: "token_signature", status: 401, attempt: 1 });
    expect(service.stats).toMatchObject({ failures: 9, authenticationErrors: 9 });
    await hub.last.end();
    await platform.advance(4000);
    expect(asked.at(-1)).toBe("connect");
  });

  it("bye token_expired asks for a fresh one", async () => {
    const { connect, asked, platform, hub } = setUp();
    const stream = await connect();
    await stream.send("bye", { ...BYE, reason: "token_expired" }, "e-0");
    await platform.advance(1000);
    expect(asked).toEqual(["connect", "refresh"]);
    expect(hub.exchanges).toHaveLength(2);
  });

  it("reauth is answered with a fresh token, and the stream goes on", async () => {
    const { connect, asked, hub, service, errors } = setUp();
    const stream = await connect();
    await stream.send("reauth", { expires_at: "2026-01-01T00:00:00Z" }, "e-0");
    expect(asked).toEqual(["connect", "reauth"]);
    expect(hub.last.url.pathname).toBe("/api/v1/connections/c1/token");
    expect(hub.last.method).toBe("POST");
    expect(hub.last.token).toBe("token-2");
    await hub.last.respond(204);
    expect(stream.aborted).toBe(false);
    expect(service.state).toBe("connected");
    expect(errors).toEqual([]);
  });

  it("a reauth that the hub or the network refuses is left to the hub's bye", async () => {
    for (const answer of [(e: Exchange) => e.refuse(404, "connection_not_found"), (e: Exchange) => e.fail()]) {
      const { connect, hub, service, errors } = setUp();
      const stream = await connect();
      await stream.send("reauth", {}, "e-0");
      await answer(hub.last);
      expect(service.state).toBe("connected");
      expect(errors).toEqual([]);
    }
  });

  it("a reauth without a token means signed out; one that throws is reported", async () => {
    let token: () => string | null = () => "token";
    const { connect, service, errors } = setUp({ getAccessToken: () => token() });
    const stream = await connect();
    token = () => {
      throw new Error("away");
    };
    await stream.send("reauth", {}, "e-0");
    expect(errors).toMatchObject([{ code: "token_failed", retryable: true }]);
    expect(service.state).toBe("connected");
    token = () => null;
    await stream.send("reauth", {}, "e-0");
    expect(service.state).toBe("error");
    expect(errors.at(-1)?.code).toBe("signed_out");
  });

  it("a reauth asks nothing of an application that has SSE tokens only: bye comes, and the next stream has a new one", async () => {
    const { connect, hub, service, errors } = setUp({
      getAccessToken: undefined as never,
      getSSEToken: () => ({ sse_token: "sse", expires_in: 60 }),
    });
    const stream = await connect();
    await stream.send("reauth", {}, "e-0");
    expect(hub.exchanges).toHaveLength(1);
    expect(service.state).toBe("connected");
    expect(errors).toEqual([]);
  });

  it("says nothing of a reauth that the stream's end has overtaken", async () => {
    let fail = (_: unknown) => {};
    let first = true;
    const { connect, service, errors } = setUp({
      getAccessToken: () => {
        if (first) {
          first = false;
          return "token";
        }
        return new Promise((_, reject) => {
          fail = reject;
        });
      },
    });
    const stream = await connect();
    await stream.send("reauth", {}, "e-0");
    service.disconnect();
    fail(new Error("aborted"));
    await settle();
    expect(errors).toEqual([]);
  });

  it("a refresh that hangs holds up no later attempt", async () => {
    let hang = false;
    const { connect, hub, platform, service } = setUp({
      getAccessToken: () => (hang ? new Promise<string>(() => {}) : "token"),
    });
    const stream = await connect();
    hang = true;
    await stream.send("reauth", {}, "e-0");
    await stream.send("bye", { ...BYE, reason: "token_expired" }, "e-0");
    hang = false;
    await platform.advance(1000);
    await hub.last.hello();
    expect(service.state).toBe("connected");
  });
});

describe("silence", () => {
  it("is death after the hub's heartbeat and 10 s; the stream is replaced from its cursor", async () => {
    const { connect, hub, platform, errors, service } = setUp();
    const stream = await connect();
    await platform.advance(20_000);
    await stream.send("ping", { time: "" }, "e-3");
    await platform.advance(24_999);
    expect(stream.aborted).toBe(false);
    await platform.advance(1);
    expect(stream.aborted).toBe(true);
    expect(service.state).toBe("reconnecting");
    expect(errors).toMatchObject([{ code: "silence", retryable: true }]);
    await platform.advance(1000);
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-3");
  });

  it("is ended by any byte", async () => {
    const { connect, platform } = setUp();
    const stream = await connect();
    for (let i = 0; i < 10; i++) {
      await platform.advance(24_000);
      await stream.write(":");
    }
    expect(stream.aborted).toBe(false);
  });

  it("lasts as long as heartbeatTimeout says", async () => {
    const { connect, platform } = setUp({ heartbeatTimeout: 3000 });
    const stream = await connect();
    await platform.advance(2999);
    expect(stream.aborted).toBe(false);
    await platform.advance(1);
    expect(stream.aborted).toBe(true);
  });

  it.each(["online", "visibilitychange", "pageshow", "resume"])("is looked at on %s", async (type) => {
    const { connect, platform, hub } = setUp();
    const stream = await connect();
    await platform.page(type);
    expect(stream.aborted).toBe(false);
    platform.time += 25_000;
    await platform.page(type);
    expect(stream.aborted).toBe(true);
    await platform.advance(1000);
    expect(hub.exchanges).toHaveLength(2);
  });
});

describe("a page that is left", () => {
  it("is none on a server, where nobody tells of pages", async () => {
    const server = Object.assign(new FakePlatform(), { addEventListener: undefined, document: undefined });
    const { connect, service } = setUp({ platform: server as never });
    await connect();
    expect(service.state).toBe("connected");
  });

  it("stays as it is when it is hidden or shown again as a tab, and when it goes on or offline", async () => {
    const { connect, platform, hub, service } = setUp();
    const stream = await connect();
    for (const type of ["visibilitychange", "resume", "online"]) await platform.page(type);
    expect(stream.aborted).toBe(false);
    expect(hub.exchanges).toHaveLength(1);
    await platform.page("pagehide");
    for (const type of ["visibilitychange", "resume", "online", "pagehide"]) await platform.page(type);
    await platform.advance(60_000);
    expect(hub.exchanges).toHaveLength(1);
    expect(service.state).toBe("reconnecting");
    await platform.page("pageshow");
    expect(hub.exchanges).toHaveLength(2);
  });

  it("lets go of its stream at pagehide and takes it up again at pageshow, without an error", async () => {
    const { connect, platform, hub, states, errors, service } = setUp();
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    await platform.page("pagehide");
    expect(stream.aborted).toBe(true);
    expect(service.state).toBe("reconnecting");
    await platform.advance(600_000);
    expect(hub.exchanges).toHaveLength(1);
    await platform.page("pageshow");
    expect(hub.exchanges).toHaveLength(2);
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-1");
    await hub.last.hello("e-1");
    expect(states).toEqual(["connecting", "connected", "reconnecting", "connected"]);
    expect(errors).toEqual([]);
    expect(platform.pending).toBeLessThanOrEqual(2);
  });

  it("takes no notice of the pageshow of an ordinary load", async () => {
    const { connect, platform, hub } = setUp();
    await connect();
    await platform.page("pageshow");
    expect(hub.exchanges).toHaveLength(1);
  });

  it("tries at once when it returns in the middle of a wait", async () => {
    const { connect, platform, hub } = setUp();
    const stream = await connect();
    await stream.fail();
    await platform.page("pagehide");
    await platform.advance(60_000);
    expect(hub.exchanges).toHaveLength(1);
    await platform.page("pageshow");
    expect(hub.exchanges).toHaveLength(2);
  });

  it("stays closed where it was closed meanwhile", async () => {
    const { connect, platform, hub, service } = setUp();
    await connect();
    await platform.page("pagehide");
    service.disconnect();
    await platform.page("pageshow");
    await platform.advance(60_000);
    expect(hub.exchanges).toHaveLength(1);
    expect(service.state).toBe("closed");
  });

  it("listens to the page no more once it is closed", async () => {
    const { connect, platform, service, hub } = setUp();
    await connect();
    const remove = vi.spyOn(platform, "clearTimeout");
    service.disconnect();
    await settle();
    remove.mockClear();
    await platform.page("pagehide");
    await platform.page("pageshow");
    await platform.advance(60_000);
    expect(hub.exchanges).toHaveLength(1);
    expect(remove).not.toHaveBeenCalled();
  });
});

describe("other options", () => {
  it("open from the cursor before the old stream closes, and lose and repeat nothing", async () => {
    const { connect, service, hub, events, states } = setUp();
    const old = await connect({ eventTypes: ["a"] });
    await old.send("a", 1, "e-1");
    const connected = service.connect({ eventTypes: ["a", "b"] });
    expect(service.state).toBe("reconnecting");
    await settle();
    const fresh = hub.last;
    expect(fresh.headers.get("Last-Event-ID")).toBe("e-1");
    expect(old.aborted).toBe(false);
    // The old stream is heard of no more: its filter would let the cursor pass over what the new one brings.
    await old.send("a", 3, "e-3");
    expect(events).toHaveLength(1);
    await fresh.hello("e-1");
    await connected;
    expect(old.aborted).toBe(true);
    await fresh.write(Exchange.frame("b", 2, "e-2") + Exchange.frame("a", 3, "e-3"));
    expect(events.map((event) => event.data)).toEqual([1, 2, 3]);
    expect(states).toEqual(["connecting", "connected", "reconnecting", "connected"]);
    expect(service.stats.failures).toBe(0);
  });

  it("are served by the old stream until the token for the new one is there", async () => {
    let give = (_: string) => {};
    const tokens: (string | Promise<string>)[] = [
      "token-1",
      new Promise((resolve) => {
        give = resolve;
      }),
    ];
    const { connect, service, hub, events } = setUp({ getAccessToken: () => tokens.shift() ?? "late" });
    const old = await connect({ eventTypes: ["a"] });
    service.connect({ eventTypes: ["b"] });
    await old.send("a", 1, "e-1");
    expect(events).toHaveLength(1);
    give("token-2");
    await settle();
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-1");
    expect(hub.exchanges).toHaveLength(2);
  });

  it("close the old stream where the new one is refused for good", async () => {
    const { connect, service, hub } = setUp();
    const old = await connect();
    const connected = service.connect({ channels: ["secret"] });
    await settle();
    await hub.last.refuse(403, "channel_forbidden");
    await expect(connected).rejects.toMatchObject({ code: "channel_forbidden" });
    expect(old.aborted).toBe(true);
    expect(service.state).toBe("error");
  });

  it("take over while the first connection is still on its way, and resolve for both callers", async () => {
    const { service, hub, asked } = setUp();
    const first = service.connect({ eventTypes: ["a"] });
    await settle();
    const early = hub.last;
    const second = service.connect({ eventTypes: ["b"] });
    await settle();
    await hub.last.hello();
    await Promise.all([first, second]);
    expect(early.aborted).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it("leave nothing behind when it is disconnected in between", async () => {
    const { connect, service, hub, platform } = setUp();
    const old = await connect({ eventTypes: ["a"] });
    service.connect({ eventTypes: ["b"] });
    await settle();
    service.disconnect();
    await settle();
    expect(hub.streams.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(old.aborted).toBe(true);
    await platform.advance(60_000);
    expect(hub.exchanges).toHaveLength(2);
    expect(platform.pending).toBe(0);
  });

  it("let a lost old connection go, and do not bring it back", async () => {
    let give = (_: string) => {};
    const tokens: (string | Promise<string>)[] = [
      "token-1",
      new Promise((resolve) => {
        give = resolve;
      }),
    ];
    const { connect, service, hub, platform, errors } = setUp({ getAccessToken: () => tokens.shift() ?? "late" });
    const old = await connect();
    service.connect({ eventTypes: ["b"] });
    await old.fail();
    await platform.advance(9000);
    expect(hub.exchanges).toHaveLength(1);
    expect(errors).toEqual([]);
    give("token-2");
    await settle();
    expect(hub.exchanges).toHaveLength(2);
  });
});

describe("abort and disconnect at every await", () => {
  /** Ends it after so many turns of an attempt; nothing may go on afterwards. */
  const stages: [string, (hub: ReturnType<typeof setUp>) => Promise<unknown>][] = [
    ["before the first turn", async () => {}],
    ["while the answer is awaited", async () => settle()],
    ["while hello is awaited", ({ hub }) => settle().then(() => hub.last.open())],
    ["while events are read", ({ hub }) => settle().then(() => hub.last.hello())],
    ["while it waits to try again", ({ hub }) => settle().then(() => hub.last.fail())],
    [
      "while a refused answer's reasons are read",
      ({ hub }) => settle().then(() => void hub.last.refuse(401, "token_expired")),
    ],
    [
      "while a refreshed attempt is on its way",
      ({ hub }) => settle().then(() => hub.last.refuse(401, "token_expired")),
    ],
    ["while the page is away", ({ platform }) => settle().then(() => platform.page("pagehide"))],
  ];
  it.each(stages)("%s", async (_, reach) => {
    for (const how of ["abort", "disconnect"] as const) {
      const rejections: unknown[] = [];
      const onRejection = (reason: unknown) => rejections.push(reason);
      process.on("unhandledRejection", onRejection);
      const test = setUp();
      const { service, hub, platform, errors, states } = test;
      const controller = new AbortController();
      service.connect({ signal: controller.signal });
      await reach(test);
      if (how === "abort") controller.abort(new Error("enough"));
      else service.disconnect();
      expect(service.state).toBe("closed");
      expect(states.at(-1)).toBe("closed");
      const { length } = hub.exchanges;
      const reported = errors.length;
      await platform.advance(60_000);
      expect(hub.exchanges).toHaveLength(length);
      expect(hub.exchanges.every((exchange) => exchange.aborted || exchange.method === "POST" || !length)).toBe(true);
      expect(errors).toHaveLength(reported);
      expect(service.state).toBe("closed");
      expect(platform.pending).toBe(0);
      process.off("unhandledRejection", onRejection);
      expect(rejections).toEqual([]);
    }
  });

  it("in the task that connects, which asks for no token", async () => {
    const { service, hub, asked } = setUp();
    const connected = service.connect();
    service.disconnect();
    await expect(connected).rejects.toMatchObject({ code: "disconnected" });
    const signal = AbortSignal.abort("gone");
    await expect(service.connect({ signal })).rejects.toMatchObject({ code: "aborted", cause: "gone" });
    await settle();
    expect(asked).toEqual([]);
    expect(hub.exchanges).toHaveLength(0);
  });

  it("while a token is awaited, whose late arrival opens nothing", async () => {
    let give = (_: string) => {};
    let asked: AbortSignal | undefined;
    const { service, hub } = setUp({
      getAccessToken: ({ signal }) => {
        asked = signal;
        return new Promise((resolve) => {
          give = resolve;
        });
      },
    });
    const connected = service.connect();
    await settle();
    service.disconnect();
    await expect(connected).rejects.toMatchObject({ code: "disconnected" });
    expect(asked?.aborted).toBe(true);
    give("late");
    await settle();
    expect(hub.exchanges).toHaveLength(0);
  });
});

describe("stale handlers", () => {
  it("of a transport that goes on after its signal are inert", async () => {
    const sinks: TransportSink[] = [];
    const hello = (id: string) => ({
      type: "hello",
      data: JSON.stringify({ connection_id: "c", heartbeat_ms: 15_000, retry_ms: 1000 }),
      id,
    });
    const { service, platform, events, errors, states } = setUp({
      transport: (_, sink) => {
        sinks.push(sink);
        return new Promise(() => {});
      },
    });
    service.connect();
    await settle();
    sinks[0]?.batch([hello("e-1")]);
    expect(service.state).toBe("connected");
    await platform.advance(25_000);
    expect(service.state).toBe("reconnecting");
    await platform.advance(1000);
    sinks[1]?.batch([hello("e-1")]);
    const before = [...states];
    sinks[0]?.retry(30_000);
    sinks[0]?.batch([
      hello("f-9"),
      { type: "a", data: "1", id: "f-10" },
      { type: "bye", data: '{"reconnect":false}', id: "f-10" },
    ]);
    expect(service.lastEventId).toBe("e-1");
    expect(events).toEqual([]);
    expect(states).toEqual(before);
    expect(errors).toHaveLength(1);
    sinks[1]?.batch([{ type: "bye", data: JSON.stringify({ ...BYE, retry_ms: undefined }), id: "e-1" }]);
    await platform.advance(2001);
    expect(sinks).toHaveLength(3);
  });

  it("hand on nothing of a batch after a listener of its hello has disconnected", async () => {
    const { service, hub, events } = setUp();
    service.onStateChange((state) => state === "connected" && service.disconnect());
    service.connect();
    await settle();
    await hub.last.open();
    await hub.last.write(
      Exchange.frame("hello", { connection_id: "c", heartbeat_ms: 1, retry_ms: 1 }, "e-1") +
        Exchange.frame("a", 1, "e-2"),
    );
    expect(events).toEqual([]);
    expect(service.lastEventId).toBeUndefined();
    expect(service.state).toBe("closed");
  });
});
