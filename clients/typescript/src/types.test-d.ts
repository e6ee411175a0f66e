import type { EffectCallback } from "react";
import { expectTypeOf, it } from "vitest";
import type { HeartbeatConfig, SSEConnectOptions, SSEEvent } from "./index.ts";
import { SSEConnectionState, SSEService } from "./index.ts";

interface Events {
  "novel.created": { id: string };
  "chapter.updated": { chapter: number };
  "chapter.deleted": { chapter: number; by: string };
}

declare const service: SSEService<Events>;

it("gives a declared type its data", () => {
  service.on("novel.created", (event) => {
    expectTypeOf(event).toEqualTypeOf<SSEEvent<"novel.created", { id: string }>>();
  });
});

it("gives a pattern the union of what it matches, told apart by type", () => {
  service.on("chapter.*", (event) => {
    expectTypeOf(event.data.chapter).toEqualTypeOf<number>();
    if (event.type === "chapter.deleted") expectTypeOf(event.data.by).toEqualTypeOf<string>();
  });
  service.on("**", (event) => {
    expectTypeOf(event.type).toEqualTypeOf<keyof Events>();
  });
});

it("gives several patterns what any of them matches", () => {
  service.on(["novel.created", "chapter.deleted"], (event) => {
    expectTypeOf(event.type).toEqualTypeOf<"novel.created" | "chapter.deleted">();
  });
});

it("gives what was not declared unknown data", () => {
  service.on("user.left", (event) => {
    expectTypeOf(event).toEqualTypeOf<SSEEvent>();
    expectTypeOf(event.data).toBeUnknown();
  });
  new SSEService({ baseURL: "", getAccessToken: () => "" }).on("a", ({ data }) => expectTypeOf(data).toBeUnknown());
});

it("iterates over the same types", async () => {
  for await (const event of service.events(["novel.created"])) expectTypeOf(event.data.id).toEqualTypeOf<string>();
});

it("has the names that its users know", () => {
  expectTypeOf(SSEConnectionState.ERROR).toEqualTypeOf<"error">();
  expectTypeOf(service.state).toEqualTypeOf<SSEConnectionState>();
  expectTypeOf<SSEConnectOptions>().toHaveProperty("eventTypes");
  expectTypeOf<HeartbeatConfig>().toHaveProperty("expectedInterval");
});

it("gives back an unsubscriber that an effect of React's may return", () => {
  expectTypeOf(service.on("novel.created", () => {})).toEqualTypeOf<() => void>();
  expectTypeOf(() => service.onGap(() => {})).toExtend<EffectCallback>();
});

it("refuses listeners for other data", () => {
  // @ts-expect-error a chapter has no title
  service.on("chapter.updated", ({ data }) => data.title);
});

it("is a service, whatever its events, for whom they don't matter; and no service of others", () => {
  expectTypeOf(service).toExtend<SSEService>();
  expectTypeOf(service).not.toExtend<SSEService<{ "chapter.updated": { title: string } }>>();
});
