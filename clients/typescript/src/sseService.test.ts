import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SSEConnectionState, SSEError, SSEService } from "./index.ts";
import { Exchange } from "./testing/hub.ts";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

const rejections: unknown[] = [];
const onRejection = (reason: unknown) => rejections.push(reason);
beforeEach(() => {
  rejections.length = 0;
  process.on("unhandledRejection", onRejection);
});
afterEach(async () => {
  await settle();
  process.off("unhandledRejection", onRejection);
  vi.restoreAllMocks();
  expect(rejections).toEqual([]);
});

describe("connect()", () => {
  it("asks for a token, sends it in Authorization and nowhere else, and is connected at hello", async () => {
    const { service, hub, states, asked } = setUp({ headers: { "X-App": "1" } });
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
    const { url, token, headers } = hub.last;
    expect(token).toBe("token-1");
    expect(`${url}`).not.toContain("token");
    expect(url.pathname).toBe("/api/v1/events/stream");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      events: "novel.created,chapter.*",
      channels: "novel:42",
      meta_client_version: "1.0.0",
      since: "15m",
    });
    expect(headers.get("X-App")).toBe("1");
    expect(headers.has("Last-Event-ID")).toBe(false);
    await hub.last.open();
    expect(resolved).toBe(false);
    await hub.last.hello("e-7");
    await connected;
    expect(states).toEqual(["connecting", "connected"]);
    expect(service.lastEventId).toBe("e-7");
  });

  it("does nothing before it is called", async () => {
    const { service, hub, asked } = setUp();
    await settle();
    expect(service.state).toBe("idle");
    expect(asked).toEqual([]);
    expect(hub.exchanges).toEqual([]);
  });

  it.each([
    ["https://hub.example", undefined, "https://hub.example/api/v1/events/stream?"],
    ["https://hub.example/", "/events", "https://hub.example/events?"],
    ["https://hub.example/tidings", "events", "https://hub.example/tidings/events?"],
    ["https://hub.example/tidings/", "/api/v1/events/stream", "https://hub.example/tidings/api/v1/events/stream?"],
    [new URL("https://hub.example/a"), "b", "https://hub.example/a/b?"],
    ["https://hub.example", "/events?tenant=7&at=a?b", "https://hub.example/events?tenant=7&at=a?b&"],
  ])("appends the endpoint to the path of %s", async (baseURL, endpoint, expected) => {
    const asked: string[] = [];
    const { service } = setUp({
      baseURL,
      fetch: (input) => {
        asked.push(`${input}`);
        return new Promise(() => {});
      },
    });
    service.connect({ ...(endpoint && { endpoint }) });
    await settle();
    expect(asked).toEqual([expected]);
  });

  it("leaves an address relative to the page for fetch to resolve", async () => {
    const asked: unknown[] = [];
    const { service } = setUp({
      baseURL: "",
      fetch: (input) => {
        asked.push(input);
        return new Promise(() => {});
      },
    });
    service.connect();
    await settle();
    expect(asked).toEqual(["/api/v1/events/stream?"]);
  });

  it("takes fetch from its surroundings where none is given, and calls it without a receiver", async () => {
    let receiver: unknown = "not called";
    const { service, platform } = setUp({ fetch: undefined as never });
    Object.assign(platform, {
      fetch: function (this: unknown) {
        receiver = this;
        return new Promise(() => {});
      },
    });
    service.connect();
    await settle();
    expect(receiver).toBeUndefined();
  });

  it("called again with equal options, in whatever order, joins what is under way", async () => {
    const { service, hub, asked } = setUp();
    const first = service.connect({ eventTypes: ["a"], metadata: { x: "1" } });
    const second = service.connect({ metadata: { x: "1" }, eventTypes: ["a"] });
    await settle();
    expect(hub.exchanges).toHaveLength(1);
    await hub.last.hello();
    await Promise.all([first, second, service.connect({ eventTypes: ["a"], metadata: { x: "1" } })]);
    expect(asked).toHaveLength(1);
  });

  it("takes an option that is undefined for none", async () => {
    const { service, hub, connect } = setUp();
    await connect({ eventTypes: ["a"] });
    service.connect({ eventTypes: ["a"], channels: undefined, since: undefined } as object);
    await settle();
    expect(hub.exchanges).toHaveLength(1);
  });

  it("joins a reconnection too, and resolves with it", async () => {
    const { service, hub, connect, platform } = setUp();
    const stream = await connect();
    await stream.fail();
    let resolved = false;
    service.connect().then(() => {
      resolved = true;
    });
    await platform.advance(500);
    expect(hub.exchanges).toHaveLength(2);
    expect(resolved).toBe(false);
    await hub.last.hello();
    expect(resolved).toBe(true);
  });

  it("that nobody awaits gives no unhandled rejection, whatever becomes of it", async () => {
    for (const end of [
      async ({ service }: ReturnType<typeof setUp>) => service.disconnect(),
      async ({ hub }: ReturnType<typeof setUp>) => hub.last.refuse(403, "channel_forbidden"),
    ]) {
      const test = setUp();
      test.service.connect();
      test.service.connect();
      await settle();
      await end(test);
    }
    const { service } = setUp();
    service.connect({ signal: AbortSignal.abort() });
    service.reconnect();
    service.disconnect();
    await settle();
    // The hook afterwards holds what was rejected against nothing.
  });

  it("rejects by its signal, with the reason as cause, and opens nothing where it was aborted before", async () => {
    const { service, hub, states } = setUp();
    await expect(service.connect({ signal: AbortSignal.abort("why") })).rejects.toMatchObject({
      code: "aborted",
      retryable: false,
      cause: "why",
    });
    await settle();
    expect(hub.exchanges).toEqual([]);
    expect(states).toEqual(["connecting", "closed"]);
  });

  it("keeps the cursor when it is aborted, and resumes there", async () => {
    const { service, hub, connect } = setUp();
    const controller = new AbortController();
    const stream = await connect({ signal: controller.signal });
    await stream.send("a", 1, "e-4");
    controller.abort();
    expect(service.state).toBe("closed");
    service.connect();
    await settle();
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-4");
  });

  it("heeds a signal for as long as its options are in force", async () => {
    const { service, hub } = setUp();
    const controller = new AbortController();
    service.connect({ eventTypes: ["a"], signal: controller.signal });
    service.connect({ eventTypes: ["b"] });
    controller.abort();
    expect(service.state).toBe("connecting");
    await settle();
    await hub.last.hello();
    expect(service.state).toBe("connected");
  });

  it("heeds the signal of a caller who joined", async () => {
    const { service } = setUp();
    const controller = new AbortController();
    service.connect();
    service.connect({ signal: controller.signal });
    controller.abort();
    expect(service.state).toBe("closed");
  });

  it("begins at lastEventId, but not before what it has seen since", async () => {
    const { service, hub, connect, platform } = setUp();
    const stream = await connect({ lastEventId: "e-5" }, "e-5");
    expect(stream.headers.get("Last-Event-ID")).toBe("e-5");
    await stream.send("a", 1, "e-6");
    await stream.end();
    await platform.advance(1000);
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-6");
    service.connect({ lastEventId: "e-2" });
    await settle();
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-6");
  });

  it("can be closed by a listener of its first state", async () => {
    const { service, hub } = setUp();
    service.onStateChange((state) => state === "connecting" && service.disconnect());
    await expect(service.connect()).rejects.toMatchObject({ code: "disconnected" });
    await settle();
    expect(hub.exchanges).toEqual([]);
  });
});

describe("disconnect()", () => {
  it("closes, keeps the cursor, and the next connect() resumes there", async () => {
    const { service, hub, connect, states, events } = setUp();
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    service.disconnect();
    expect(stream.aborted).toBe(true);
    expect(service.lastEventId).toBe("e-1");
    service.connect();
    await settle();
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-1");
    await hub.last.hello("e-1");
    await hub.last.send("a", 2, "e-2");
    expect(events.map(({ data }) => data)).toEqual([1, 2]);
    expect(states).toEqual(["connecting", "connected", "closed", "connecting", "connected"]);
    expect(service.stats.reconnections).toBe(0);
  });

  it("forgets the cursor where it is told to", async () => {
    const { service, hub, connect } = setUp();
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    service.disconnect({ forget: true });
    expect(service.lastEventId).toBeUndefined();
    service.connect();
    await settle();
    expect(hub.last.headers.has("Last-Event-ID")).toBe(false);
  });

  it("is harmless before and after", () => {
    const { service, states } = setUp();
    service.disconnect();
    service.disconnect();
    expect(states).toEqual(["closed"]);
  });

  it("in the middle of a batch keeps the rest for the next connection", async () => {
    const { service, hub, connect, events } = setUp();
    const stream = await connect();
    service.on("stop", () => service.disconnect());
    await stream.write(
      Exchange.frame("a", 1, "e-1") + Exchange.frame("stop", 2, "e-2") + Exchange.frame("a", 3, "e-3"),
    );
    expect(events.map(({ data }) => data)).toEqual([1, 2]);
    expect(service.lastEventId).toBe("e-2");
    service.connect();
    await settle();
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-2");
  });
});

describe("reconnect()", () => {
  it("opens anew at once with the same options, from the cursor", async () => {
    const { service, hub, connect } = setUp();
    const stream = await connect({ eventTypes: ["a"] });
    await stream.send("a", 1, "e-1");
    const connected = service.reconnect();
    await settle();
    expect(hub.last.url.searchParams.get("events")).toBe("a");
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-1");
    await hub.last.hello("e-1");
    await connected;
    expect(stream.aborted).toBe(true);
  });

  it("cuts a wait short", async () => {
    const { service, hub, connect } = setUp();
    const stream = await connect();
    await stream.fail();
    expect(hub.exchanges).toHaveLength(1);
    service.reconnect();
    await settle();
    expect(hub.exchanges).toHaveLength(2);
  });
});

describe("listeners", () => {
  it("get data parsed as JSON, or the text where it is none, and the text as sent", async () => {
    const { connect, events } = setUp();
    const stream = await connect();
    await stream.send("a", '{"n": 1.0}', "e-1");
    await stream.send("b", "not JSON", "e-2");
    expect(events).toEqual([
      { type: "a", data: { n: 1 }, id: "e-1", raw: '{"n": 1.0}' },
      { type: "b", data: "not JSON", id: "e-2", raw: "not JSON" },
    ]);
  });

  it("hear what their patterns match, once, until they are taken away", async () => {
    const { connect, service } = setUp();
    const heard: string[] = [];
    const off = service.on(["chapter.*", "chapter.updated"], ({ type }) => heard.push(type));
    const stream = await connect();
    await stream.send("chapter.updated", 1, "e-1");
    await stream.send("novel.created", 1, "e-2");
    off();
    off();
    await stream.send("chapter.updated", 1, "e-3");
    expect(heard).toEqual(["chapter.updated"]);
  });

  it("hear no system events", async () => {
    const { connect, events, service } = setUp();
    const stream = await connect();
    await stream.send("ping", { time: "" }, "e-4");
    expect(events).toEqual([]);
    expect(service.lastEventId).toBe("e-4");
  });

  it("that throw or reject are reported and stop neither events nor other listeners", async () => {
    const { connect, service, events, errors } = setUp();
    const thrown = new Error("in a listener");
    const heard: unknown[] = [];
    service.on("a", () => {
      throw thrown;
    });
    service.on("a", async () => {
      throw thrown;
    });
    service.on("a", ({ data }) => heard.push(data));
    const stream = await connect();
    await stream.write(Exchange.frame("a", 1, "e-1") + Exchange.frame("a", 2, "e-2"));
    expect(heard).toEqual([1, 2]);
    expect(events).toHaveLength(2);
    expect(errors).toHaveLength(4);
    expect(errors[0]).toMatchObject({ code: "listener", cause: thrown, message: "Error: in a listener", attempt: 0 });
    expect(service.lastEventId).toBe("e-2");
  });

  it("of states, gaps and batches may throw too", async () => {
    const { connect, service, errors } = setUp();
    const fail = () => {
      throw new Error("no");
    };
    service.onStateChange(fail);
    service.onGap(fail);
    service.onBatch(fail);
    const stream = await connect();
    await stream.send("gap", { reason: "retention", from: "e-1", to: "e-3" }, "e-3");
    // connecting, connected, the batch with hello, the gap and its batch.
    expect(errors.map(({ code }) => code)).toEqual(Array(5).fill("listener"));
    expect(service.state).toBe("connected");
  });

  it("of errors that throw go to the console, and the others are told still", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { service, hub, errors } = setUp();
    const thrown = new Error("no");
    const test = setUp();
    test.service.onError(() => {
      throw thrown;
    });
    const later: SSEError[] = [];
    test.service.onError((error) => later.push(error));
    test.service.connect();
    await settle();
    await test.hub.last.fail();
    expect(log.mock.calls).toEqual([[thrown]]);
    expect(later).toHaveLength(1);
    expect([service.state, hub.exchanges, errors]).toEqual(["idle", [], []]);
  });

  it("that nobody listens for the errors of, stand in the console; failed attempts don't", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { hub, platform } = setUp();
    const service = new SSEService({
      baseURL: "https://hub.example",
      getAccessToken: () => "t",
      fetch: hub.fetch,
      platform,
    });
    service.on("a", () => {
      throw new Error("no");
    });
    service.connect();
    await settle();
    await hub.last.fail();
    expect(log).not.toHaveBeenCalled();
    await platform.advance(1000);
    await hub.last.hello();
    await hub.last.send("a", 1, "e-1");
    expect(log.mock.calls).toMatchObject([[{ code: "listener" }]]);
  });

  it("may take each other away, and add others, while they are told", async () => {
    const { connect, service } = setUp();
    const heard: string[] = [];
    const again = () => {
      const off = service.on("a", () => {
        heard.push("again");
        off();
        again();
      });
    };
    again();
    service.on("a", () => offLast());
    const offLast = service.on("a", () => heard.push("last"));
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    await stream.send("a", 2, "e-2");
    expect(heard).toEqual(["again", "again"]);
  });

  it("of batches are told once a network read, after all its events", async () => {
    const { connect, service, events } = setUp();
    const seen: number[] = [];
    const off = service.onBatch(() => seen.push(events.length));
    const stream = await connect();
    await stream.write(Exchange.frame("a", 1, "e-1") + Exchange.frame("a", 2, "e-2"));
    await stream.write("event: a\nid: e-3\nda");
    await stream.write("ta: 3\n\n");
    expect(seen).toEqual([0, 2, 3]);
    off();
    await stream.send("a", 4, "e-4");
    expect(seen).toHaveLength(3);
  });

  it("of states are told the one before, and why it ended", async () => {
    const { service, hub } = setUp();
    const told: unknown[] = [];
    service.onStateChange((...change) => told.push(change));
    service.connect();
    await settle();
    await hub.last.refuse(403, "channel_forbidden");
    expect(told).toMatchObject([
      ["connecting", "idle", undefined],
      ["error", "connecting", { code: "channel_forbidden" }],
    ]);
  });
});

describe("what is told for people", () => {
  it("tells debug of every error, and no token", async () => {
    const told: unknown[] = [];
    const { service, hub, platform } = setUp({ debug: (...what) => told.push(what) });
    service.connect();
    await settle();
    await hub.last.refuse(503, "draining");
    await platform.advance(1000);
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).toContain("the hub says draining");
    expect(JSON.stringify(told)).not.toContain("token-");
  });

  it("counts what happened", async () => {
    const { connect, service, hub, platform } = setUp();
    const stream = await connect();
    await stream.fail();
    await platform.advance(500);
    await hub.last.hello();
    expect(service.stats).toEqual({
      attempts: 2,
      failures: 0,
      reconnections: 1,
      meanReconnectionTime: 500,
      gaps: 0,
      authenticationErrors: 0,
    });
  });

  it("an error is an Error with a name, a code and a cause", () => {
    const cause = new Error("why");
    const error = new SSEError("network", { cause });
    expect(error).toBeInstanceOf(Error);
    expect({ ...error, message: error.message, cause: error.cause }).toMatchObject({
      name: "SSEError",
      code: "network",
      message: "Error: why",
      cause,
      retryable: true,
      attempt: 0,
    });
    expect(error.status).toBeUndefined();
    expect(new SSEError("silence").message).toBe("silence");
  });
});
