// @vitest-environment happy-dom
import { build } from "esbuild";
import { type ReactNode, StrictMode, version } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { SSEProvider, type UseSSEOptions, type UseSSEResult, useSSE } from "./react.ts";
import type { SSEService } from "./service.ts";
import { Exchange } from "./testing/hub.ts";
import { settle } from "./testing/platform.ts";
import { setUp } from "./testing/service.ts";
import type { SSEEvent } from "./types.ts";

type Options = UseSSEOptions<Record<string, unknown>, string>;
type Result = UseSSEResult<Record<string, unknown>, string>;

const roots: Root[] = [];

// Without `act`, which would gather what React does with each network read by itself.
function mount() {
  const container = document.createElement("div");
  const root = createRoot(container);
  roots.push(root);
  return {
    container,
    render: (node: ReactNode) => {
      root.render(node);
      return settle();
    },
    unmount: () => {
      root.unmount();
      return settle();
    },
  };
}

afterEach(async () => {
  vi.useRealTimers();
  for (const root of roots.splice(0)) root.unmount();
  await settle();
});

interface ListenerProps extends Options {
  types?: string | readonly string[];
  /** Takes what the hook gives at each render. */
  renders?: Result[];
}

const Listener = ({ types = "**", renders, ...options }: ListenerProps) => {
  const result = useSSE(types, options);
  renders?.push(result);
  return <p>{result.state}</p>;
};

/** Connects before the effects of the components that are rendered with it. */
const Connector = ({ service }: { service: SSEService }) => {
  service.connect();
  return null;
};

const { frame } = Exchange;
const ids = (events: readonly SSEEvent[]) => events.map(({ id }) => id);

it("is tested with the React that the project names", () => {
  expect(version).toMatch(inject("react"));
});

describe("useSSE", () => {
  it("gives the state, the newest event and the newest error", async () => {
    const { service, connect } = setUp();
    const renders: Result[] = [];
    await mount().render(<Listener renders={renders} service={service} />);
    expect(renders).toEqual([{ state: "idle" }]);

    const stream = await connect();
    expect(renders.at(-1)).toEqual({ state: "connected" });

    await stream.send("novel.created", { novel: 1 }, "e-1");
    expect(renders.at(-1)).toMatchObject({
      state: "connected",
      lastEvent: { type: "novel.created", data: { novel: 1 }, id: "e-1" },
    });

    await stream.fail();
    expect(renders.at(-1)).toMatchObject({
      state: "reconnecting",
      lastEvent: { id: "e-1" },
      error: { code: "network", retryable: true },
    });
  });

  it("forgets the error with the next state", async () => {
    const { service, connect, hub, platform } = setUp();
    const renders: Result[] = [];
    await mount().render(<Listener renders={renders} service={service} />);
    const stream = await connect();
    await stream.fail();
    expect(renders.at(-1)?.error).toBeDefined();
    await platform.advance(10_000);
    await hub.last.hello();
    expect(renders.at(-1)).toMatchObject({ state: "connected", error: undefined });
  });

  it("renders at most once a network read, and calls onEvent for each event", async () => {
    const { service, connect } = setUp();
    const renders: Result[] = [];
    const events: SSEEvent[] = [];
    await mount().render(<Listener renders={renders} service={service} onEvent={(event) => events.push(event)} />);
    const stream = await connect();
    const before = renders.length;
    for (let read = 0; read < 100; read++) {
      await stream.write(frame("a", 1, `e-${2 * read + 1}`) + frame("b", 2, `e-${2 * read + 2}`));
      expect(renders.at(-1)?.lastEvent?.id).toBe(`e-${2 * read + 2}`);
    }
    expect(renders.length - before).toBe(100);
    expect(ids(events)).toEqual(Array.from({ length: 200 }, (_, n) => `e-${n + 1}`));
  });

  it("renders once for a network read that brings a state and events", async () => {
    const { service, hub } = setUp();
    const renders: Result[] = [];
    await mount().render(<Listener renders={renders} service={service} />);
    service.connect();
    await settle();
    await hub.last.open();
    const before = renders.length;
    await hub.last.write(frame("hello", {}, "e-0") + frame("a", 1, "e-1"));
    expect(renders.slice(before)).toMatchObject([{ state: "connected", lastEvent: { id: "e-1" } }]);
  });

  it("does not render for what it does not listen to", async () => {
    const { service, connect } = setUp();
    const renders: Result[] = [];
    const onEvent = vi.fn();
    await mount().render(
      <Listener renders={renders} service={service} types={["chapter.*", "novel.created"]} onEvent={onEvent} />,
    );
    const stream = await connect();
    const before = renders.length;
    await stream.send("novel.deleted", 1, "e-1");
    await stream.send("ping", {}, "e-1");
    expect(renders).toHaveLength(before);
    await stream.send("chapter.updated", 1, "e-2");
    await stream.send("novel.created", 1, "e-3");
    expect(renders).toHaveLength(before + 2);
    expect(ids(onEvent.mock.calls.map(([event]) => event))).toEqual(["e-2", "e-3"]);
  });

  it("calls the onEvent of the last render", async () => {
    const { service, connect } = setUp();
    const [first, second] = [vi.fn(), vi.fn()];
    const page = mount();
    await page.render(<Listener service={service} onEvent={first} />);
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    await page.render(<Listener service={service} onEvent={second} />);
    await stream.send("a", 1, "e-2");
    await page.render(<Listener service={service} />);
    await stream.send("a", 1, "e-3");
    expect(first).toHaveBeenCalledTimes(1);
    expect(second).toHaveBeenCalledTimes(1);
  });

  it("stays subscribed while the types are equal, and subscribes anew when they are not", async () => {
    const { service, connect } = setUp();
    const on = vi.spyOn(service, "on");
    const renders: Result[] = [];
    const page = mount();
    for (let i = 0; i < 3; i++) await page.render(<Listener renders={renders} service={service} types={["a", "b"]} />);
    expect(on).toHaveBeenCalledTimes(1);
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    expect(renders.at(-1)?.lastEvent?.id).toBe("e-1");

    await page.render(<Listener renders={renders} service={service} types={["c"]} />);
    expect(on).toHaveBeenCalledTimes(2);
    expect(renders.at(-1)).toMatchObject({ state: "connected" });
    expect(renders.at(-1)?.lastEvent).toBeUndefined();
    await stream.send("a", 1, "e-2");
    await stream.send("c", 1, "e-3");
    expect(renders.at(-1)?.lastEvent?.id).toBe("e-3");
  });

  it("listens to another service when it is given one", async () => {
    const [one, other] = [setUp(), setUp()];
    const renders: Result[] = [];
    const page = mount();
    await page.render(<Listener renders={renders} service={one.service} />);
    await one.connect();
    await page.render(<Listener renders={renders} service={other.service} />);
    expect(renders.at(-1)).toMatchObject({ state: "idle" });
    await one.hub.last.send("a", 1, "e-1");
    expect(renders.at(-1)?.lastEvent).toBeUndefined();
  });

  it("hears nothing once it is unmounted, and everything when it is mounted again", async () => {
    const { service, connect } = setUp();
    const onEvent = vi.fn();
    const page = mount();
    await page.render(<Listener service={service} onEvent={onEvent} />);
    const stream = await connect();
    await page.render(null);
    await stream.send("a", 1, "e-1");
    expect(onEvent).not.toHaveBeenCalled();
    await page.render(<Listener service={service} onEvent={onEvent} />);
    await stream.send("a", 1, "e-2");
    expect(ids(onEvent.mock.calls.map(([event]) => event))).toEqual(["e-2"]);
  });

  it("hands each event over once in Strict Mode", async () => {
    const { service, connect } = setUp();
    const onEvent = vi.fn();
    await mount().render(
      <StrictMode>
        <Listener service={service} onEvent={onEvent} />
      </StrictMode>,
    );
    const stream = await connect();
    await stream.send("a", 1, "e-1");
    expect(onEvent).toHaveBeenCalledTimes(1);
  });

  it("shows a state that came between its render and its subscription", async () => {
    const { service } = setUp();
    const renders: Result[] = [];
    await mount().render(
      <>
        <Listener renders={renders} service={service} />
        <Connector service={service} />
      </>,
    );
    expect(renders.at(-1)?.state).toBe("connecting");
  });

  it("says what is missing where there is no service", () => {
    expect(() => renderToString(<Listener />)).toThrow("useSSE needs a service or SSEProvider");
  });
});

describe("SSEProvider", () => {
  it("connects with its options and hands its service down", async () => {
    const { service, hub } = setUp();
    const renders: Result[] = [];
    await mount().render(
      <SSEProvider service={service} options={{ eventTypes: ["chapter.*"] }}>
        <Listener renders={renders} />
      </SSEProvider>,
    );
    expect(hub.last.url.searchParams.get("events")).toBe("chapter.*");
    await hub.last.hello();
    await hub.last.send("chapter.updated", 1, "e-1");
    expect(renders.at(-1)).toMatchObject({ state: "connected", lastEvent: { id: "e-1" } });
  });

  it("gives way to a service that a listener is given", async () => {
    const [outer, inner] = [setUp(), setUp()];
    const renders: Result[] = [];
    await mount().render(
      <SSEProvider service={outer.service}>
        <Listener renders={renders} service={inner.service} />
      </SSEProvider>,
    );
    expect(renders.at(-1)?.state).toBe("idle");
  });

  it("opens one connection in Strict Mode, and keeps it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { service, hub, states } = setUp();
    await mount().render(
      <StrictMode>
        <SSEProvider service={service}>
          <Listener />
        </SSEProvider>
      </StrictMode>,
    );
    vi.runAllTimers();
    await settle();
    await hub.last.hello();
    expect(hub.streams).toHaveLength(1);
    expect(hub.streams[0]?.aborted).toBe(false);
    expect(states).toEqual(["connecting", "connected"]);
  });

  it("disconnects one task after the last was unmounted, and not before", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { service, hub } = setUp();
    const [one, other] = [mount(), mount()];
    await one.render(<SSEProvider service={service} />);
    await other.render(<SSEProvider service={service} />);
    await hub.last.hello();

    await one.unmount();
    vi.runAllTimers();
    expect(service.state).toBe("connected");

    await other.unmount();
    expect(service.state).toBe("connected");
    vi.runAllTimers();
    expect(service.state).toBe("closed");
  });

  it("keeps the connection for a provider that takes its place at once", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { service, hub, states } = setUp();
    const page = mount();
    await page.render(<SSEProvider key="a" service={service} />);
    await hub.last.hello();
    await page.render(<SSEProvider key="b" service={service} />);
    vi.runAllTimers();
    await settle();
    expect(hub.streams).toHaveLength(1);
    expect(states).toEqual(["connecting", "connected"]);
  });

  it("connects again, from the cursor, when it is mounted again", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { service, hub } = setUp();
    const page = mount();
    await page.render(<SSEProvider service={service} />);
    await hub.last.hello();
    await hub.last.send("a", 1, "e-7");
    await page.render(null);
    vi.runAllTimers();
    await page.render(<SSEProvider service={service} />);
    expect(hub.streams).toHaveLength(2);
    expect(hub.last.headers.get("Last-Event-ID")).toBe("e-7");
  });

  it("connects anew when its options are no longer equal, and only then", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { service, hub, states } = setUp();
    const page = mount();
    for (let i = 0; i < 3; i++)
      await page.render(<SSEProvider service={service} options={{ channels: ["novel:1"] }} />);
    await hub.last.hello();
    expect(hub.streams).toHaveLength(1);
    await page.render(<SSEProvider service={service} options={{ channels: ["novel:2"] }} />);
    vi.runAllTimers();
    await settle();
    expect(hub.streams).toHaveLength(2);
    expect(hub.last.url.searchParams.get("channels")).toBe("novel:2");
    expect(states).not.toContain("closed");
  });

  it("goes back to the options of the provider before it when it is unmounted", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { service, hub, states } = setUp();
    const [one, other] = [mount(), mount()];
    await one.render(<SSEProvider service={service} options={{ channels: ["novel:1"] }} />);
    await hub.last.hello();
    await other.render(<SSEProvider service={service} options={{ channels: ["novel:2"] }} />);
    await hub.last.hello();
    await other.unmount();
    vi.runAllTimers();
    await settle();
    expect(hub.streams.map(({ url }) => url.searchParams.get("channels"))).toEqual(["novel:1", "novel:2", "novel:1"]);
    expect(states).not.toContain("closed");
  });

  it("stays with the newest options when an older provider is unmounted", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { service, hub } = setUp();
    const [one, other] = [mount(), mount()];
    await one.render(<SSEProvider service={service} options={{ channels: ["novel:1"] }} />);
    await other.render(<SSEProvider service={service} options={{ channels: ["novel:2"] }} />);
    await hub.last.hello();
    await one.unmount();
    vi.runAllTimers();
    await settle();
    expect(hub.streams).toHaveLength(2);
    expect(service.state).toBe("connected");
  });

  it("opens nothing that the application has closed when one of several is unmounted", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { service, hub } = setUp();
    const [one, other] = [mount(), mount()];
    await one.render(<SSEProvider service={service} options={{ channels: ["novel:1"] }} />);
    await other.render(<SSEProvider service={service} options={{ channels: ["novel:2"] }} />);
    await hub.last.hello();
    service.disconnect();
    await other.unmount();
    vi.runAllTimers();
    await settle();
    expect(service.state).toBe("closed");
    expect(hub.streams).toHaveLength(2);
  });

  it("leaves no rejection unhandled when connecting fails", async () => {
    const { service, hub, errors } = setUp();
    await mount().render(<SSEProvider service={service} />);
    await hub.last.refuse(403, "channel_forbidden");
    expect(service.state).toBe("error");
    expect(errors).toHaveLength(1);
  });
});

describe("on a server", () => {
  const page = (service: SSEService, renders?: Result[]) => (
    <SSEProvider service={service}>
      <Listener {...(renders && { renders })} />
    </SSEProvider>
  );

  it("the state is idle and nothing is connected", async () => {
    const { service, hub, connect } = setUp();
    expect(renderToString(page(service))).toBe("<p>idle</p>");
    await settle();
    expect(hub.exchanges).toHaveLength(0);

    await connect();
    expect(renderToString(page(service))).toBe("<p>idle</p>");
  });

  it("what was rendered is taken over by a page that is connected already", async () => {
    const { service, connect } = setUp();
    await connect();
    const renders: Result[] = [];
    const container = document.createElement("div");
    container.innerHTML = renderToString(page(service, renders));
    renders.length = 0;
    const onRecoverableError = vi.fn();
    roots.push(hydrateRoot(container, page(service, renders), { onRecoverableError }));
    await settle();
    expect(renders.map(({ state }) => state)).toEqual(["idle", "connected"]);
    expect(container.innerHTML).toBe("<p>connected</p>");
    expect(onRecoverableError).not.toHaveBeenCalled();
  });

  it('the built module is marked "use client", and holds neither React nor the core', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: ["src/react.ts"],
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      platform: "neutral",
      external: ["@tidings/client", "react"],
      write: false,
      metafile: true,
    });
    expect(outputFiles[0]?.text).toMatch(/^"use client";/);
    expect(Object.keys(metafile.inputs)).toEqual(["src/react.ts"]);
  });
});
