import { describe, expect, it, vi } from "vitest";
import type { CursorStore, StandardSchema } from "./index.ts";
import { Exchange } from "./testing/hub.ts";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

describe("once, in order", () => {
  it("drops what it has seen of the current epoch", async () => {
    const { connect, events } = setUp();
    const stream = await connect(undefined, "e-9");
    for (const id of ["e-10", "e-10", "e-9", "e-11", "e-2", "e-12"]) await stream.send("a", id, id);
    expect(events.map(({ id }) => id)).toEqual(["e-10", "e-11", "e-12"]);
  });

  it("commits an id only with its complete event", async () => {
    const { connect, service, events, hub, platform } = setUp();
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    await stream.write("event: a\nid: e-2\ndata: 2\n");
    await stream.fail();
    expect(service.lastEventId).toBe("e-1");
    await platform.advance(1000);
    await hub.last.hello("e-1");
    await hub.last.send("a", 2, "e-2");
    expect(events.map(({ data }) => data)).toEqual([1, 2]);
  });

  it("repeats nothing where a new connection repeats what the last one brought", async () => {
    const { connect, events, hub, platform } = setUp();
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    await stream.send("a", 2, "e-2");
    await stream.fail();
    await platform.advance(1000);
    await hub.last.hello("e-0");
    await hub.last.write([1, 2, 3].map((n) => Exchange.frame("a", n, `e-${n}`)).join(""));
    expect(events.map(({ data }) => data)).toEqual([1, 2, 3]);
  });

  it("changes the epoch at hello and gap only", async () => {
    const { connect, service, events, gaps, hub, platform } = setUp();
    const stream = await connect(undefined, "e-5");
    await stream.send("ping", {}, "f-1");
    expect(service.lastEventId).toBe("e-5");
    await stream.send("a", 1, "f-2");
    expect(service.lastEventId).toBe("e-5");
    expect(events).toHaveLength(1);
    await stream.send("gap", { reason: "epoch", from: "e-5", to: "f-2" }, "f-2");
    expect(service.lastEventId).toBe("f-2");
    await stream.send("a", 2, "f-1");
    await stream.send("a", 3, "f-3");
    expect(events.map(({ data }) => data)).toEqual([1, 3]);
    expect(gaps).toEqual([{ reason: "epoch", from: "e-5", to: "f-2" }]);
    expect(service.stats.gaps).toBe(1);
    await stream.fail();
    await platform.advance(1000);
    await hub.last.hello("g-1");
    expect(service.lastEventId).toBe("g-1");
  });

  it("goes back where the hub says that the cursor is ahead of its log", async () => {
    const { connect, service, events } = setUp();
    const stream = await connect({ lastEventId: "e-100" }, "e-50");
    expect(service.lastEventId).toBe("e-100");
    await stream.send("gap", { reason: "unknown_id", from: null, to: "e-50" }, "e-50");
    await stream.send("a", 1, "e-51");
    expect(events).toHaveLength(1);
    expect(service.lastEventId).toBe("e-51");
  });

  it("goes back at no other gap", async () => {
    const { connect, service } = setUp();
    const stream = await connect(undefined, "e-9");
    await stream.send("gap", { reason: "retention", from: "e-1", to: "e-5" }, "e-5");
    expect(service.lastEventId).toBe("e-9");
  });

  it("tells of a gap before the event that follows it", async () => {
    const { connect, service } = setUp();
    const order: string[] = [];
    service.onGap(() => order.push("gap"));
    service.on("**", ({ type }) => order.push(type));
    const stream = await connect(undefined, "e-1");
    await stream.write(
      Exchange.frame("gap", { reason: "retention", from: "e-1", to: "e-5" }, "e-5") + Exchange.frame("a", 1, "e-6"),
    );
    expect(order).toEqual(["gap", "a"]);
  });

  it("skips an event over 1 MiB, reports it, and moves on past it", async () => {
    const { connect, events, errors, service } = setUp();
    const stream = await connect();
    await stream.send("big", "x".repeat(1024 * 1024 + 1), "e-1");
    await stream.send("a", 1, "e-2");
    expect(events.map(({ type }) => type)).toEqual(["a"]);
    expect(errors).toMatchObject([{ code: "oversize", message: "big e-1", retryable: true, attempt: 0 }]);
    expect(service.lastEventId).toBe("e-2");
  });

  it("takes an event of exactly 1 MiB", async () => {
    const { connect, events } = setUp();
    const stream = await connect();
    await stream.send("big", "x".repeat(1024 * 1024), "e-1");
    expect(events).toHaveLength(1);
  });

  it("reads characters that are cut between two reads", async () => {
    const { hub, service, events } = setUp();
    service.connect();
    await settle();
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given;
      },
    });
    const bytes = new TextEncoder().encode("event: a\nid: e-1\ndata: \u00e4\u{1f600}\n\n");
    await hub.last.respondWith(new Response(body, { headers: { "Content-Type": "Text/Event-Stream; charset=utf-8" } }));
    for (const byte of bytes) {
      controller?.enqueue(Uint8Array.of(byte));
      await settle();
    }
    expect(events.map(({ data }) => data)).toEqual(["\u00e4\u{1f600}"]);
  });
});

describe("schemas", () => {
  const number: StandardSchema<number> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => (typeof value === "number" ? { value: value * 2 } : { issues: [{ message: "no number" }] }),
    },
  };
  const schema = (validate: (value: unknown) => unknown) =>
    ({ "~standard": { version: 1, vendor: "test", validate } }) as StandardSchema<never>;

  it("give what they make of the data", async () => {
    const { connect, events } = setUp({ schemas: { a: number } });
    const stream = await connect();
    await stream.send("a", 21, "e-1");
    await stream.send("b", 21, "e-2");
    expect(events.map(({ data, raw }) => [data, raw])).toEqual([
      [42, "21"],
      [21, "21"],
    ]);
  });

  it.each([
    ["finds issues", number],
    [
      "throws",
      schema(() => {
        throw new Error("no");
      }),
    ],
    ["is asynchronous", schema(async () => ({ value: 1 }))],
  ])("keep an event from listeners where the schema %s, and the cursor moves on", async (_, invalid) => {
    const { connect, events, errors, service } = setUp({ schemas: { a: invalid } });
    const stream = await connect();
    await stream.send("a", "x", "e-1");
    expect(events).toEqual([]);
    expect(errors).toMatchObject([{ code: "invalid", message: "a e-1" }]);
    expect(errors[0]?.cause).toBeDefined();
    expect(service.lastEventId).toBe("e-1");
  });
});

describe("a cursor store", () => {
  const store = (stored: string | null | Promise<string | null>) => {
    const saved: string[] = [];
    return { saved, load: vi.fn(() => stored), save: vi.fn((id: string) => void saved.push(id)), clear: vi.fn() };
  };

  it("is where a service begins, and what it keeps up to date, once a read and after the listeners", async () => {
    const cursorStore = store(Promise.resolve("e-5"));
    const { connect, service } = setUp({ cursorStore });
    const order: string[] = [];
    cursorStore.save.mockImplementation((id) => void order.push(`save ${id}`));
    service.on("a", ({ id }) => order.push(id));
    const stream = await connect(undefined, "e-5");
    expect(stream.headers.get("Last-Event-ID")).toBe("e-5");
    await stream.write(Exchange.frame("a", 1, "e-6") + Exchange.frame("a", 2, "e-7"));
    expect(order).toEqual(["save e-5", "e-6", "e-7", "save e-7"]);
    service.disconnect();
    expect(cursorStore.clear).not.toHaveBeenCalled();
    service.disconnect({ forget: true });
    expect(cursorStore.clear).toHaveBeenCalledOnce();
  });

  it("that is empty lets the stream begin at the head", async () => {
    const { connect, service } = setUp({ cursorStore: store(null) });
    const stream = await connect();
    expect(stream.headers.has("Last-Event-ID")).toBe(false);
    expect(service.lastEventId).toBe("e-0");
  });

  it("is not asked where there is a cursor already", async () => {
    const cursorStore = store("e-5");
    const { connect, platform } = setUp({ cursorStore });
    const stream = await connect({ lastEventId: "e-9" });
    expect(stream.headers.get("Last-Event-ID")).toBe("e-9");
    await stream.fail();
    await platform.advance(1000);
    expect(cursorStore.load).not.toHaveBeenCalled();
  });

  it("that fails is reported and stops nothing", async () => {
    const fail = () => {
      throw new Error("no room");
    };
    const { connect, errors, events } = setUp({ cursorStore: { load: fail, save: async () => fail(), clear: fail } });
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    expect(events).toHaveLength(1);
    expect(errors.map(({ code }) => code)).toEqual(["cursor_store", "cursor_store", "cursor_store"]);
  });

  it("that answers after a disconnect, or after other options, changes nothing", async () => {
    let give = (_: string) => {};
    const cursorStore: CursorStore = {
      load: () =>
        new Promise((resolve) => {
          give = resolve;
        }),
      save: () => {},
      clear: () => {},
    };
    const { service, hub } = setUp({ cursorStore });
    service.connect();
    service.disconnect({ forget: true });
    give("e-5");
    await settle();
    expect(service.lastEventId).toBeUndefined();
    expect(hub.exchanges).toEqual([]);
    service.connect({ eventTypes: ["a"] });
    const giveFirst = give;
    service.connect({ eventTypes: ["b"] });
    giveFirst("e-6");
    give("e-6");
    await settle();
    expect(hub.exchanges).toHaveLength(1);
    expect(hub.last.url.searchParams.get("events")).toBe("b");
  });
});
