/** What keeps a connection up: what is final, what is retried and when, tokens, silence, pages that come and go. */
import { describe, expect, it, vi } from "vitest";
import type { TransportSink } from "./index.ts";
import { Exchange } from "./testing/hub.ts";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

const BYE = { reason: "draining", reconnect: true, retry_ms: 1000 };

describe("what is final", () => {
  it.each([
    [400, "parameter_invalid"],
    [403, "channel_forbidden"],
  ])("a %i: error, and no further attempt", async (status, code) => {
    const { service, hub, states, errors, platform } = setUp();
    const connected = service.connect();
    await settle();
    await hub.last.refuse(status, code);
    await expect(connected).rejects.toMatchObject({ name: "SSEError", code, status, retryable: false, attempt: 1 });
    expect(states).toEqual(["connecting", "error"]);
    expect(errors.map((error) => error.code)).toEqual([code]);
    expect(errors[0]?.message).toBe(`the hub says ${code}`);
    await platform.advance(600_000);
    expect(hub.exchanges).toHaveLength(1);
    expect(platform.pending).toBe(0);
  });

  it("a 204, also after having been connected", async () => {
    const { connect, hub, service, errors, platform } = setUp();
    const stream = await connect();
    await stream.end();
    await platform.advance(500);
    await hub.last.respond(204);
    expect(service.state).toBe("error");
    expect(errors.at(-1)).toMatchObject({ code: "http_204", status: 204, retryable: false });
    await platform.advance(600_000);
    expect(hub.exchanges).toHaveLength(2);
  });

  it("no token", async () => {
    const { service, hub, states, errors } = setUp({ getAccessToken: () => null });
    await expect(service.connect()).rejects.toMatchObject({ code: "signed_out", retryable: false });
    expect(states).toEqual(["connecting", "error"]);
    expect(errors).toHaveLength(1);
    expect(hub.exchanges).toHaveLength(0);
  });

  it("no way to get a token", async () => {
    const { service } = setUp({ getAccessToken: undefined as never });
    await expect(service.connect()).rejects.toMatchObject({ code: "signed_out" });
  });

  it("a bye that says so: closed, and whoever waits learns why", async () => {
    const { connect, service, states, errors, hub, platform } = setUp();
    const stream = await connect();
    await stream.send("bye", { reason: "revoked", reconnect: false, retry_ms: 1000 }, "e-0");
    expect(states).toEqual(["connecting", "connected", "closed"]);
    expect(errors).toMatchObject([{ code: "bye", message: "revoked", retryable: false }]);
    expect(stream.aborted).toBe(true);
    await platform.advance(600_000);
    expect(hub.exchanges).toHaveLength(1);
    expect(service.state).toBe("closed");
  });

  it("can be tried anew by connect() and by reconnect()", async () => {
    const { service, hub, states } = setUp();
    for (const again of [() => service.connect(), () => service.reconnect()]) {
      const refused = service.connect();
      await settle();
      await hub.last.refuse(403, "channel_forbidden");
      await expect(refused).rejects.toThrow();
      const connected = again();
      await settle();
      await hub.last.hello();
      await connected;
      service.disconnect();
    }
    expect(states).toEqual([
      ...["connecting", "error", "connecting", "connected", "closed"],
      ...["connecting", "error", "connecting", "connected", "closed"],
    ]);
  });
});

describe("what is retried, for ever", () => {
  const failures: [string, (exchange: Exchange) => Promise<void>, string][] = [
    ["the network", (exchange) => exchange.fail(), "network"],
    ["a 404", (exchange) => exchange.refuse(404, "not_found"), "not_found"],
    ["a 408", (exchange) => exchange.refuse(408, "request_timeout"), "request_timeout"],
    ["a 425", (exchange) => exchange.respond(425), "http_425"],
    ["a 429", (exchange) => exchange.refuse(429, "stream_limit"), "stream_limit"],
    ["a 500", (exchange) => exchange.refuse(500, "internal"), "internal"],
    ["a 502 of a proxy", (exchange) => exchange.respond(502, undefined, { "Content-Type": "text/html" }), "http_502"],
    ["a 503", (exchange) => exchange.refuse(503, "draining"), "draining"],
    [
      "a problem that is no JSON",
      (exchange) => exchange.respond(503, undefined, { "Content-Type": "application/problem+json" }),
      "http_503",
    ],
    ["an error page with status 200", (exchange) => exchange.open("text/html"), "content_type"],
    ["an answer without a body", (exchange) => exchange.respond(200), "content_type"],
    ["a stream that ends before hello", (exchange) => exchange.open().then(() => exchange.end()), "ended"],
    [
      "a hello that is no JSON",
      (exchange) => exchange.open().then(() => exchange.send("hello", "{", "e-1")),
      "network",
    ],
  ];
  it.each(failures)("%s", async (_, fail, code) => {
    const { service, hub, errors, platform, states } = setUp();
    let settled = false;
    service.connect().finally(() => {
      settled = true;
    });
    await settle();
    for (let attempt = 1; attempt <= 12; attempt++) {
      await fail(hub.last);
      expect(errors).toHaveLength(attempt);
      expect(errors.at(-1)).toMatchObject({ code, retryable: true, attempt });
      await platform.advance(4000);
      expect(hub.exchanges).toHaveLength(attempt + 1);
    }
    expect(settled).toBe(false);
    await hub.last.hello();
    expect(settled).toBe(true);
    expect(states).toEqual(["connecting", "connected"]);
    expect(service.stats).toMatchObject({ attempts: 13, failures: 12, authenticationErrors: 0 });
  });

  it("a token that could not be had", async () => {
    let fails = 3;
    const cause = new Error("the backend is away");
    const { service, hub, errors, platform } = setUp({
      getAccessToken: () => {
        if (fails--) throw cause;
        return "token";
      },
    });
    service.connect();
    await platform.advance(10_000);
    expect(errors).toMatchObject([
      { code: "token_failed", cause, attempt: 1 },
      { code: "token_failed", cause, attempt: 2 },
      { code: "token_failed", cause, attempt: 3 },
    ]);
    await hub.last.hello();
    expect(service.state).toBe("connected");
  });

  it("an attempt that takes more than 10 s: for the token, the answer, or hello", async () => {
    let hangs = true;
    const { service, hub, errors, platform } = setUp({
      getAccessToken: () => (hangs ? new Promise<string>(() => {}) : "token"),
    });
    service.connect();
    await platform.advance(9999);
    expect(errors).toEqual([]);
    await platform.advance(1);
    expect(errors).toMatchObject([{ code: "timeout" }]);
    hangs = false;
    await platform.advance(4000);
    const silent = hub.last;
    await platform.advance(10_000);
    expect(silent.aborted).toBe(true);
    expect(errors).toMatchObject([{ code: "timeout" }, { code: "timeout" }]);
    await platform.advance(4000);
    await hub.last.open();
    await hub.last.write(": nothing but comments\n\n");
    await platform.advance(10_000);
    expect(errors).toHaveLength(3);
  });

  it("a bye: it comes back without a word of error", async () => {
    const { connect, hub, states, errors, platform, service } = setUp();
    const stream = await connect();
    await stream.send("bye", { ...BYE, retry_ms: 3000 }, "e-4");
    expect(service.state).toBe("reconnecting");
    await platform.advance(1499);
    expect(hub.exchanges).toHaveLength(1);
    await platform.advance(1);
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-4");
    await hub.last.hello("e-4");
    expect(states).toEqual(["connecting", "connected", "reconnecting", "connected"]);
    expect(errors).toEqual([]);
  });
});

describe("when it tries again", () => {
  it("waits by the base that the hub named last, in hello, bye or a retry field", async () => {
    const { connect, hub, platform } = setUp();
    const stream = await connect();
    await stream.write("retry: 3000\n\n");
    await stream.end();
    await platform.advance(1499);
    expect(hub.exchanges).toHaveLength(1);
    await platform.advance(1);
    expect(hub.exchanges).toHaveLength(2);
  });

  it("adds what Retry-After asks for, in seconds or as a date, up to 5 minutes, and never takes it as less than nothing", async () => {
    for (const [after, wait] of [
      ["7", () => 7000],
      ["0", () => 0],
      ["100000", () => 300_000],
      ["-5", () => 0],
      ["soon", () => 0],
    ] as const) {
      const { service, hub, platform } = setUp();
      service.connect();
      await settle();
      await hub.last.refuse(429, "stream_limit", { "Retry-After": after });
      await platform.advance(wait() + 124);
      expect(hub.exchanges).toHaveLength(1);
      await platform.advance(1);
      expect(hub.exchanges).toHaveLength(2);
    }
    const { service, hub, platform } = setUp();
    service.connect();
    await settle();
    const date = new Date(platform.time + 20_000).toUTCString();
    await hub.last.refuse(503, "overloaded", { "Retry-After": date });
    await platform.advance(20_124);
    expect(hub.exchanges).toHaveLength(1);
    await platform.advance(1);
    expect(hub.exchanges).toHaveLength(2);
  });

  it("grows with failures in a row, and starts small again only after 10 s of connection", async () => {
    const { connect, hub, platform } = setUp();
    platform.random = () => 1;
    let stream = await connect();
    const waited = async () => {
      const from = platform.time;
      const count = hub.exchanges.length;
      while (hub.exchanges.length === count) await platform.advance(50);
      return platform.time - from;
    };
    const lose = async (after: number) => {
      await platform.advance(after);
      await stream.end();
      const ms = await waited();
      stream = hub.last;
      await stream.hello();
      return ms;
    };
    expect(await lose(0)).toBe(1000);
    expect(await lose(9999)).toBe(2000);
    expect(await lose(100)).toBe(4000);
    expect(await lose(100)).toBe(4000);
    expect(await lose(10_000)).toBe(1000);
    expect(await lose(0)).toBe(2000);
  });

  /** The time from a loss to `connected`, over many clients, each with its own dice; `away` is how long the hub refuses. */
  const meanReturn = async (away: number) => {
    const { connect, hub, platform, service } = setUp();
    let seed = 1;
    platform.random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed / 0x80000000;
    };
    let back = 0;
    const stream = await connect();
    hub.answer = (exchange) => {
      if (platform.time < back) exchange.fail();
      else exchange.hello();
    };
    hub.exchanges.length = 0;
    let current = stream;
    const times = 300;
    for (let i = 0; i < times; i++) {
      await platform.advance(10_000);
      back = platform.time + away;
      await current.fail();
      while (service.state !== "connected") await platform.advance(100);
      current = hub.last;
      hub.exchanges.length = 0;
    }
    expect(service.stats.reconnections).toBe(times);
    return service.stats.meanReconnectionTime;
  };

  it("returns within 1 s on average after a dropped connection", async () => {
    expect(await meanReturn(0)).toBeLessThan(1000);
  }, 60_000);

  it("returns within 5 s on average after a restart of the hub that takes 2 s", async () => {
    expect(await meanReturn(2000)).toBeLessThan(5000);
  }, 60_000);
});

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
    sinks[0]?.activity();
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
