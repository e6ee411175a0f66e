import { expect, it } from "vitest";
import { eventSourceTransport } from "./eventsource.ts";
import { settle } from "./testing/platform.ts";
import { setUp as setUpService } from "./testing/service.ts";

/** A browser's EventSource in the hands of a test. */
class FakeEventSource extends EventTarget {
  static opened: FakeEventSource[] = [];
  readonly url: string;
  closed = false;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;

  constructor(url: string) {
    super();
    this.url = url;
    FakeEventSource.opened.push(this);
    this.addEventListener("message", (event) => this.onmessage?.(event as MessageEvent));
  }

  close() {
    this.closed = true;
  }

  hear(type: string, data: string, lastEventId: string) {
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }
}

const setUp = () => {
  FakeEventSource.opened = [];
  const test = setUpService({ transport: eventSourceTransport({ EventSource: FakeEventSource as never }) });
  const source = () => FakeEventSource.opened.at(-1) as FakeEventSource;
  return {
    ...test,
    source,
    async open(id = "e-0") {
      await test.hub.last.respond(201, { session_id: "s+1", expires_in: 30 });
      source().hear("hello", JSON.stringify({ connection_id: "c1", heartbeat_ms: 15_000, retry_ms: 1000 }), id);
      await settle();
    },
  };
};

it("makes a session with the token and every option, and opens it without one", async () => {
  const { service, hub, source, open } = setUp();
  const connected = service.connect({
    eventTypes: ["a"],
    channels: ["c"],
    metadata: { m: "1" },
    since: "15m",
    lastEventId: "e-5",
  });
  await settle();
  expect(hub.last.url.pathname).toBe("/api/v1/events/session");
  expect(hub.last.token).toBe("token-1");
  expect(hub.last.headers.get("Content-Type")).toBe("application/json");
  expect(hub.last.body).toEqual({
    events: ["a"],
    channels: ["c"],
    metadata: { m: "1" },
    since: "15m",
    last_event_id: "e-5",
    format: "envelope",
  });
  await open("e-5");
  await connected;
  expect(source().url).toBe("https://hub.example/api/v1/events/stream?session_id=s%2B1");
  expect(service.state).toBe("connected");
});

it("keeps a query that the endpoint has of its own", async () => {
  const { service, source, open } = setUp();
  service.connect({ endpoint: "/events?tenant=7" });
  await settle();
  await open();
  expect(source().url).toBe("https://hub.example/events?tenant=7&session_id=s%2B1");
});

it("waits as long as Retry-After says where the session is refused", async () => {
  const { service, hub, platform } = setUp();
  service.connect();
  await settle();
  await hub.last.refuse(429, "session_limit", { "Retry-After": new Date(platform.time + 7000).toUTCString() });
  await platform.advance(7124);
  expect(hub.exchanges).toHaveLength(1);
  await platform.advance(1);
  expect(hub.exchanges).toHaveLength(2);
});

it("takes events out of their envelopes, data as it was sent", async () => {
  const { service, open, source, events, gaps } = setUp();
  service.connect();
  await settle();
  await open();
  source().hear("message", '{"type":"a.b","data":{"n":1.0,"big":18446744073709551616}}', "e-1");
  source().hear("message", '{"type":"c","text":"two\\nlines"}', "e-2");
  source().hear("gap", '{"reason":"retention","from":"e-2","to":"e-9"}', "e-9");
  source().hear("ping", '{"time":""}', "e-10");
  await settle();
  expect(events).toEqual([
    { type: "a.b", data: { n: 1, big: 2 ** 64 }, id: "e-1", raw: '{"n":1.0,"big":18446744073709551616}' },
    { type: "c", data: "two\nlines", id: "e-2", raw: "two\nlines" },
  ]);
  expect(gaps).toHaveLength(1);
  expect(service.lastEventId).toBe("e-10");
});

it("skips an event that is too large, reports it, and commits its id", async () => {
  const { service, open, source, events, errors } = setUp();
  service.connect();
  await settle();
  await open();
  const most = "é".repeat(524_288);
  source().hear("message", JSON.stringify({ type: "a", text: most }), "e-1");
  source().hear("message", JSON.stringify({ type: "a", text: `${most}e` }), "e-2");
  source().hear("message", JSON.stringify({ type: "a", data: "e".repeat(1_048_575) }), "e-3");
  await settle();
  expect(events.map(({ id }) => id)).toEqual(["e-1"]);
  expect(errors.map(({ code, cause }) => [code, cause])).toEqual([
    ["oversize", 1_048_577],
    ["oversize", 1_048_577],
  ]);
  expect(service.lastEventId).toBe("e-3");
});

it("hands on what one task brought as one batch", async () => {
  const { service, open, source } = setUp();
  let batches = 0;
  service.onBatch(() => batches++);
  service.connect();
  await settle();
  await open();
  batches = 0;
  for (let n = 1; n <= 5; n++) source().hear("message", `{"type":"a","data":${n}}`, `e-${n}`);
  await settle();
  expect(batches).toBe(1);
});

it("closes it at its first error, loses nothing that came before, and makes a new session that holds the cursor", async () => {
  const { service, open, source, hub, platform, events, errors } = setUp();
  service.connect();
  await settle();
  await open();
  const first = source();
  first.hear("message", '{"type":"a","data":1}', "e-1");
  first.onerror?.(new Event("error"));
  await settle();
  expect(events).toHaveLength(1);
  expect(first.closed).toBe(true);
  expect(errors).toMatchObject([{ code: "network" }]);
  await platform.advance(1000);
  expect(hub.last.body).toMatchObject({ last_event_id: "e-1" });
  await open("e-1");
  expect(source()).not.toBe(first);
  expect(service.state).toBe("connected");
});

it("refreshes the token where the session is refused, and gives up where that is final", async () => {
  const { service, hub, asked, errors } = setUp();
  const connected = service.connect();
  await settle();
  await hub.last.refuse(401, "token_expired");
  expect(asked).toEqual(["connect", "refresh"]);
  expect(errors).toEqual([]);
  hub.last.refuse(403, "channel_forbidden");
  await expect(connected).rejects.toMatchObject({ code: "channel_forbidden" });
  expect(FakeEventSource.opened).toEqual([]);
});

it("is closed by a disconnect, and opens nothing after one", async () => {
  const { service, open, source, events, hub } = setUp();
  service.connect();
  await settle();
  await open();
  source().hear("message", '{"type":"a","data":1}', "e-1");
  service.disconnect();
  await settle();
  expect(source().closed).toBe(true);
  expect(events).toEqual([]);
  service.connect();
  await settle();
  hub.last.respond(201, { session_id: "late" });
  service.disconnect();
  await settle();
  expect(FakeEventSource.opened).toHaveLength(1);
});

it("notices silence by events", async () => {
  const { service, open, source, platform } = setUp();
  service.connect();
  await settle();
  await open();
  await platform.advance(20_000);
  source().hear("ping", "{}", "e-1");
  await settle();
  await platform.advance(24_999);
  expect(source().closed).toBe(false);
  await platform.advance(1);
  await settle();
  expect(source().closed).toBe(true);
});

it("reports where there is no EventSource, and takes the one of its surroundings", async () => {
  const { service, hub, platform, errors } = setUpService({ transport: eventSourceTransport() });
  service.connect();
  await settle();
  await hub.last.respond(201, { session_id: "s" });
  expect(errors).toMatchObject([{ code: "network" }]);
  FakeEventSource.opened = [];
  Object.assign(platform, { EventSource: FakeEventSource });
  await platform.advance(1000);
  await hub.last.respond(201, { session_id: "s" });
  expect(FakeEventSource.opened).toHaveLength(1);
});
