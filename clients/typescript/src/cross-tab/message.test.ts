import { expect, test } from "vitest";
import { isMessage, PROTOCOL } from "./message.ts";

const good = { v: PROTOCOL, id: "0.5", generation: 7 };
const event = { type: "note", data: "1", id: "a-1" };

test.each([
  {},
  { ask: "" },
  { ask: "a-1" },
  { from: "a-1", events: [] },
  { from: "a-1", events: [event, { ...event, size: 5 }], to: "0.4" },
  { from: undefined, word: { state: "connecting", slow: true, failures: 0 } },
  { word: { state: "error", failures: 1 }, error: { code: "network", message: "…" }, something: "newer" },
])("%j is understood", (body) => {
  expect(isMessage({ ...good, ...body })).toBe(true);
});

test.each([
  undefined,
  null,
  7,
  "hello",
  [],
  {},
  { ...good, v: PROTOCOL + 1 },
  { ...good, id: 5 },
  { ...good, generation: undefined },
  { ...good, generation: "7" },
  { ...good, generation: 1.5 },
  { ...good, generation: Number.MAX_SAFE_INTEGER },
  { ...good, ask: null },
  { ...good, ask: 1 },
  { ...good, from: {} },
  { ...good, to: 1 },
  { ...good, events: {} },
  { ...good, events: [null] },
  { ...good, events: [{ ...event, id: 1 }] },
  { ...good, events: [{ ...event, data: {} }] },
  { ...good, events: [{ id: "a-1", data: "" }] },
  { ...good, word: null },
  { ...good, word: "connected" },
  { ...good, word: { state: "connected", failures: "many" } },
  { ...good, error: null },
  { ...good, error: { code: 1 } },
])("%j is not", (value) => {
  expect(isMessage(value)).toBe(false);
});
