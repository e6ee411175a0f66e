/** What an attempt ends with, and what follows. */
import { describe, expect, it } from "vitest";
import type { Exchange } from "./testing/hub.ts";
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

  it("an attempt that is kept waiting for hello by comments: they are no excuse", async () => {
    const { service, hub, errors, platform } = setUp();
    service.connect();
    await settle();
    await hub.last.open();
    for (let i = 0; i < 4; i++) {
      await platform.advance(2499);
      await hub.last.write(":\n");
    }
    expect(errors).toEqual([]);
    await platform.advance(4);
    expect(errors).toMatchObject([{ code: "timeout" }]);
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

  it("stays with the base that it had where a bye names none", async () => {
    const { connect, hub, platform } = setUp();
    const stream = await connect();
    await stream.write("retry: 3000\n\n");
    await stream.send("bye", { reason: "draining", reconnect: true }, "e-0");
    await platform.advance(1499);
    expect(hub.exchanges).toHaveLength(1);
    await platform.advance(1);
    expect(hub.exchanges).toHaveLength(2);
  });

  it("adds what Retry-After asks for, in seconds or as a date, up to 5 minutes and never less than nothing", async () => {
    for (const [after, wait] of [
      ["7", 7000],
      ["0", 0],
      ["100000", 300_000],
      ["-5", 0],
      ["Tue, 14 Nov 2023 22:13:27 GMT", 7000],
      ["Tue, 14 Nov 2023 22:13:20 GMT", 0],
      ["Sun, 06 Nov 1994 08:49:37 GMT", 0],
      ["Sun, 06 Nov 2994 08:49:37 GMT", 300_000],
      ["soon", 0],
    ] as const) {
      const { service, hub, platform } = setUp();
      service.connect();
      await settle();
      await hub.last.refuse(429, "stream_limit", { "Retry-After": after });
      await platform.advance(wait + 124);
      expect(hub.exchanges).toHaveLength(1);
      await platform.advance(1);
      expect(hub.exchanges).toHaveLength(2);
    }
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
