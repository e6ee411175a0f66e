import { describe, expectTypeOf, it } from "vitest";
import { SSEProvider, useSSE } from "./react.ts";
import type { SSEService } from "./service.ts";
import type { SSEConnectionState } from "./state.ts";
import type { SSEEvent } from "./types.ts";

interface Events {
  "novel.created": { novel: number };
  "chapter.updated": { chapter: number };
  "chapter.deleted": null;
}
declare const service: SSEService<Events>;

describe("useSSE", () => {
  it("gives events the types that the service declares", () => {
    const { state, lastEvent } = useSSE("novel.created", {
      service,
      onEvent: ({ data }) => expectTypeOf(data).toEqualTypeOf<{ novel: number }>(),
    });
    expectTypeOf(state).toEqualTypeOf<SSEConnectionState>();
    expectTypeOf(lastEvent).toEqualTypeOf<SSEEvent<"novel.created", { novel: number }> | undefined>();
  });

  it("gives a pattern the union of what it matches", () => {
    const { lastEvent } = useSSE(["chapter.*"], { service });
    expectTypeOf(lastEvent).toEqualTypeOf<
      SSEEvent<"chapter.updated", { chapter: number }> | SSEEvent<"chapter.deleted", null> | undefined
    >();
  });

  it("takes the declaration as an argument where the service is a provider's", () => {
    const { lastEvent } = useSSE<Events, "novel.created">("novel.created");
    expectTypeOf(lastEvent).toEqualTypeOf<SSEEvent<"novel.created", { novel: number }> | undefined>();
  });

  it("leaves the data of undeclared types unknown", () => {
    useSSE("anything", { onEvent: ({ data }) => expectTypeOf(data).toBeUnknown() });
  });

  it("takes no numbers for types and no strings for callbacks", () => {
    // @ts-expect-error
    useSSE(1);
    // @ts-expect-error
    useSSE("a", { onEvent: "a" });
  });
});

describe("SSEProvider", () => {
  it("takes services of any events, and the options of connect", () => {
    SSEProvider({ service, options: { eventTypes: ["chapter.*"] } });
    // @ts-expect-error
    SSEProvider({ service, options: { types: [] } });
    // @ts-expect-error
    SSEProvider({});
  });
});
