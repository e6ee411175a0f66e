import { describe, expect, it, vi } from "vitest";
import type { SSEEvent } from "./index.ts";
import { Exchange } from "./testing/hub.ts";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";

/** Reads to the end: the data, and what it ended with. */
const read = async (iteration: AsyncIterable<SSEEvent>) => {
  const data: unknown[] = [];
  try {
    for await (const event of iteration) data.push(event.data);
  } catch (error) {
    return { data, code: (error as { code: string }).code };
  }
  return { data, code: undefined };
};

describe("events()", () => {
  it("yields what its patterns match, from the call on and across reconnections", async () => {
    const { service, connect, hub, platform } = setUp();
    const iteration = service.events(["a.*", "b"]);
    const stream = await connect();
    await stream.send("a.x", 1, "e-1");
    await stream.send("c", 2, "e-2");
    await stream.send("b", 3, "e-3");
    await stream.fail();
    await platform.advance(1000);
    await hub.last.hello("e-3");
    const reading = read(iteration);
    await hub.last.send("a.y", 4, "e-4");
    service.disconnect();
    expect(await reading).toEqual({ data: [1, 3, 4], code: undefined });
  });

  it("wakes a reader that waits", async () => {
    const { service, connect } = setUp();
    const iteration = service.events("**");
    const stream = await connect();
    const next = iteration.next();
    await stream.send("a", "x", "e-1");
    expect((await next).value).toMatchObject({ type: "a", data: "x", id: "e-1" });
  });

  it("ends by its signal, after what had come, and leaves the service alone", async () => {
    const { service, connect } = setUp();
    const controller = new AbortController();
    const iteration = service.events("a", { signal: controller.signal });
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    controller.abort();
    await stream.send("a", 2, "e-2");
    expect(await read(iteration)).toEqual({ data: [1], code: undefined });
    expect(service.state).toBe("connected");
  });

  it("ends at once where the signal was aborted before", async () => {
    const { service } = setUp();
    expect(await read(service.events("a", { signal: AbortSignal.abort() }))).toEqual({ data: [], code: undefined });
  });

  it("throws what is final", async () => {
    const { service, hub } = setUp();
    const reading = read(service.events("a"));
    service.connect();
    await settle();
    await hub.last.refuse(403, "channel_forbidden");
    expect(await reading).toEqual({ data: [], code: "channel_forbidden" });
  });

  it("ends without an error where the hub closes for good", async () => {
    const { service, connect } = setUp();
    const reading = read(service.events("a"));
    const stream = await connect();
    await stream.send("bye", { reason: "revoked", reconnect: false, retry_ms: 1000 }, "e-0");
    expect(await reading).toEqual({ data: [], code: undefined });
  });

  it("holds 1,000 events for its reader, then throws, and slows nobody", async () => {
    const { service, connect, events } = setUp();
    const slow = service.events("a");
    const stream = await connect();
    let text = "";
    for (let i = 1; i <= 1001; i++) text += Exchange.frame("a", i, `e-${i}`);
    await stream.write(text);
    expect(events).toHaveLength(1001);
    const { data, code } = await read(slow);
    expect(code).toBe("overflow");
    expect(data).toHaveLength(1000);
    expect(data.at(-1)).toBe(1000);
    expect(service.state).toBe("connected");
  });

  it("holds exactly 1,000 without complaint", async () => {
    const { service, connect } = setUp();
    const iteration = service.events("a");
    const stream = await connect();
    let text = "";
    for (let i = 1; i <= 1000; i++) text += Exchange.frame("a", i, `e-${i}`);
    await stream.write(text);
    service.disconnect();
    expect(await read(iteration)).toMatchObject({ code: undefined, data: { length: 1000 } });
  });

  it("stops listening when its reader breaks off", async () => {
    const { service, connect } = setUp();
    const iteration = service.events("a");
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    for await (const { data } of iteration) {
      expect(data).toBe(1);
      break;
    }
    await stream.send("a", 2, "e-2");
    expect(await iteration.next()).toEqual({ value: undefined, done: true });
  });

  it("leaves nothing behind on a signal that lives longer", async () => {
    const { service, connect } = setUp();
    const stream = await connect();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const reading = (async () => {
      for await (const { data } of service.events("**", { signal })) return data;
    })();
    await stream.send("a", 1, "e-1");
    expect(await reading).toBe(1);
    expect(added).toHaveBeenCalled();
    for (const [type, listener] of added.mock.calls) expect(removed).toHaveBeenCalledWith(type, listener);
  });
});
