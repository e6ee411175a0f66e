/** What the application and its surroundings may do, and what comes of it. */
import { expect, it } from "vitest";
import { shareTabs } from "./cross-tab.ts";
import { Exchange } from "./testing/hub.ts";
import { FakePlatform, settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

it("does not open a stream for who signed in with the SSE token of who signed out", async () => {
  let user = "alice";
  const { service, hub, connect } = setUp({ getSSEToken: () => ({ sse_token: `sse-${user}`, expires_in: 60 }) });
  await connect();
  service.disconnect({ forget: true });
  user = "bob";
  service.connect();
  await settle();
  expect(hub.last.token).toBe("sse-bob");
});

it("a refresh for createSSEToken() that hangs does not hold up the stream for ever", async () => {
  let hang = true;
  const { service, hub, platform } = setUp({
    getAccessToken: ({ reason }) => (reason === "refresh" && hang ? new Promise<string>(() => {}) : "t"),
  });
  service.createSSEToken().catch(() => {});
  await settle();
  await hub.last.refuse(401, "token_expired"); // its refresh hangs
  hang = false;
  service.connect();
  await platform.advance(60_000);
  expect(hub.streams.length).toBeGreaterThan(0);
});

it("no error tells a token", async () => {
  const { service, platform, errors } = setUp({ getAccessToken: () => "eyJsecret\nx", fetch: globalThis.fetch });
  service.connect();
  await platform.advance(10);
  await settle();
  expect(errors[0]?.code).toBeDefined();
  expect(errors.map((e) => e.message + String(e.cause)).join()).not.toContain("eyJsecret");
  service.disconnect();
});

it("a type named like a member of Object.prototype passes where there are schemas", async () => {
  const { connect, events, errors } = setUp({ schemas: {} as never });
  const stream = await connect();
  await stream.send("constructor", 1, "e-1");
  expect(errors).toEqual([]);
  expect(events).toHaveLength(1);
});

it("what was handed on before a listener disconnects is saved", async () => {
  const saved: string[] = [];
  const { service, connect } = setUp({ cursorStore: { load: () => null, save: (c) => saved.push(c), clear() {} } });
  const stream = await connect();
  service.on("stop", () => service.disconnect());
  await stream.write(Exchange.frame("a", 1, "e-1") + Exchange.frame("stop", 1, "e-2"));
  expect(service.lastEventId).toBe("e-2");
  expect(saved.at(-1)).toBe("e-2");
});

it("a cursor store that hangs does not keep the stream from opening", async () => {
  const { service, hub, platform } = setUp({
    cursorStore: { load: () => new Promise(() => {}), save() {}, clear() {} },
  });
  service.connect();
  await platform.advance(60_000);
  expect(hub.streams.length).toBeGreaterThan(0);
});

it("a debug that throws stops nothing", async () => {
  const unhandled: unknown[] = [];
  const on = (e: unknown) => unhandled.push(e);
  process.on("unhandledRejection", on);
  const { service, connect } = setUp({
    debug: () => {
      throw new Error("debug");
    },
  });
  const stream = await connect();
  service.on("a", () => {
    throw new Error("listener");
  });
  await stream.send("a", 1, "e-1");
  await settle();
  process.off("unhandledRejection", on);
  expect(unhandled).toEqual([]);
});

it("a baseURL that is none rejects or is reported, and is no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const on = (e: unknown) => unhandled.push(e);
  process.on("unhandledRejection", on);
  const { service } = setUp({ baseURL: "/relative", crossTab: shareTabs({ key: "u" }) });
  service.connect();
  await settle();
  process.off("unhandledRejection", on);
  expect(unhandled).toEqual([]);
});

it("createSSEToken() rejects with SSEError after the refresh too", async () => {
  const { service, hub } = setUp();
  const token = service.createSSEToken();
  token.catch(() => {});
  await settle();
  await hub.last.refuse(401, "token_expired");
  hub.last.fail();
  await expect(token).rejects.toMatchObject({ name: "SSEError", code: "network" });
});

it("heartbeatTimeout: Infinity does not spin", async () => {
  const platform = new FakePlatform();
  const calls: number[] = [];
  const p = Object.assign(Object.create(platform), {
    setTimeout: (c: () => void, ms: number) => {
      calls.push(ms);
      return platform.setTimeout(c, ms);
    },
  });
  const { HeartbeatMonitor } = await import("./heartbeat.ts");
  new HeartbeatMonitor({ timeout: Infinity, onTimeout() {} }, p);
  expect(Math.max(...calls)).toBeLessThan(2 ** 31);
});

it("an event that a schema finds issues in is invalid, whatever else the answer holds (as Valibot's does)", async () => {
  const validate = (value: unknown) => ({ typed: false, value, issues: [{ message: "no" }] });
  const { connect, events, errors } = setUp({
    schemas: { a: { "~standard": { version: 1, vendor: "valibot", validate } } } as never,
  });
  const stream = await connect();
  await stream.send("a", 1, "e-1");
  expect(events).toEqual([]);
  expect(errors).toMatchObject([{ code: "invalid" }]);
});

it("only null is signed out: undefined, of an answer that held no token, is reported and tried again", async () => {
  const { service, platform, errors } = setUp({ getAccessToken: (async () => undefined) as never });
  service.connect().catch(() => {});
  await platform.advance(100);
  expect(service.state).toBe("connecting");
  expect(errors[0]?.code).toBe("token_failed");
});

it("what a batch brought before a listener disconnects is told to onBatch", async () => {
  const { service, connect } = setUp();
  const stream = await connect();
  let batches = 0;
  service.onBatch(() => batches++);
  service.on("stop", () => service.disconnect());
  await stream.write(Exchange.frame("a", 1, "e-1") + Exchange.frame("stop", 1, "e-2"));
  expect(batches).toBe(1);
});

it("many reconnect() in a row leave one attempt", async () => {
  const { service, hub, connect } = setUp();
  await connect();
  for (let i = 0; i < 20; i++) {
    service.reconnect();
    await settle();
  }
  const open = hub.streams.filter((s) => !s.aborted).length;
  expect(open).toBeLessThanOrEqual(2);
});

it("lets go of a stream whose request hears no more of the signal (as in Deno, once garbage was collected)", async () => {
  const hello = Exchange.frame("hello", { connection_id: "c1", heartbeat_ms: 15_000, retry_ms: 1000 }, "e-0");
  let released = false;
  const body = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(hello)),
      cancel() {
        released = true;
      },
    });
  const { service } = setUp({
    fetch: async () => new Response(body(), { headers: { "Content-Type": "text/event-stream" } }),
  });
  await service.connect();
  service.disconnect();
  await settle();
  expect(released).toBe(true);
});
