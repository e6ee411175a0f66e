import { expect, test } from "vitest";
import { RING_BYTES, RING_EVENTS } from "./limits.ts";
import { createRing, isUpTo } from "./ring.ts";

const event = (id: string, type = "note", data = "1") => ({ type, data, id });
const notes = (from: number, to: number, epoch = "a") =>
  Array.from({ length: to - from + 1 }, (_, i) => event(`${epoch}-${from + i}`));
const ids = (events: { id: string }[] | undefined) => events?.map(({ id }) => id);

test("sequences compare as numbers of any size, and only within an epoch", () => {
  expect(isUpTo("a-9", "a-10")).toBe(true);
  expect(isUpTo("a-10", "a-9")).toBe(false);
  expect(isUpTo("a-10", "a-10")).toBe(true);
  expect(isUpTo("a-18446744073709551614", "a-18446744073709551615")).toBe(true);
  expect(isUpTo("a-18446744073709551615", "a-18446744073709551614")).toBe(false);
  expect(isUpTo("a-1", "b-2")).toBe(false);
  expect(isUpTo("a-1", undefined)).toBe(false);
});

test("an empty one knows nothing", () => {
  const ring = createRing();
  expect(ring.head()).toBe("");
  expect(ring.after("a-1")).toBeUndefined();
});

test("it gives what follows a cursor, on an event, between two, at its start and ahead of its end", () => {
  const ring = createRing();
  ring.append("a-1", [event("a-3"), event("a-5"), event("a-7")]);
  expect(ids(ring.after("a-0"))).toBeUndefined();
  expect(ids(ring.after("a-1"))).toEqual(["a-3", "a-5", "a-7"]);
  expect(ids(ring.after("a-2"))).toEqual(["a-3", "a-5", "a-7"]);
  expect(ids(ring.after("a-3"))).toEqual(["a-5", "a-7"]);
  expect(ids(ring.after("a-4"))).toEqual(["a-5", "a-7"]);
  expect(ids(ring.after("a-7"))).toEqual([]);
  expect(ids(ring.after("a-9"))).toEqual([]);
  expect(ids(ring.after("b-3"))).toBeUndefined();
});

test("what it has it passes over, and at a hole it starts anew", () => {
  const ring = createRing();
  ring.append("a-0", notes(1, 5));
  ring.append("a-3", notes(4, 7));
  expect(ids(ring.after("a-0"))).toEqual(ids(notes(1, 7)));
  ring.append("a-9", notes(10, 11));
  expect(ring.after("a-7")).toBeUndefined();
  expect(ids(ring.after("a-9"))).toEqual(["a-10", "a-11"]);
  ring.append("a-12", []);
  expect(ring.head()).toBe("a-12");
  expect(ring.after("a-11")).toBeUndefined();
});

test("an epoch that follows another by a gap is no hole, and what comes of the old one again is passed over", () => {
  const ring = createRing();
  ring.append("a-4", [event("a-5"), event("b-0", "gap"), event("b-1")]);
  expect(ids(ring.after("a-4"))).toEqual(["a-5", "b-0", "b-1"]);
  expect(ids(ring.after("a-8"))).toEqual(["b-0", "b-1"]);
  ring.append("a-4", [event("a-5"), event("b-0", "gap"), event("b-1"), event("b-2")]);
  expect(ids(ring.after("a-4"))).toEqual(["a-5", "b-0", "b-1", "b-2"]);
  ring.append("c-4", [event("c-5")]);
  expect(ring.after("b-2")).toBeUndefined();
});

test("a hello is left out, and of pings only the last one stays", () => {
  const ring = createRing();
  ring.append("a-1", [event("a-1", "hello"), event("a-2"), event("a-4", "ping")]);
  expect(ids(ring.after("a-1"))).toEqual(["a-2", "a-4"]);
  ring.append("a-4", [event("a-6", "ping")]);
  ring.append("a-6", [event("a-9", "reauth")]);
  expect(ids(ring.after("a-1"))).toEqual(["a-2", "a-9"]);
  ring.append("a-9", [event("a-10")]);
  expect(ids(ring.after("a-1"))).toEqual(["a-2", "a-10"]);
});

test("a jump back within an epoch is given back, and starts it anew", () => {
  const ring = createRing();
  ring.append("a-90", notes(91, 100));
  const gap = event("a-50", "gap", JSON.stringify({ reason: "unknown_id", from: null, to: "a-50" }));
  expect(ring.append("a-100", [event("a-50", "hello"), gap, event("a-51")])).toEqual(gap);
  expect(ids(ring.after("a-50"))).toEqual(["a-51"]);
  expect(ring.append("a-51", [event("a-52")])).toBeUndefined();
});

test("it holds so many events, the newest", () => {
  const ring = createRing();
  ring.append("a-0", notes(1, RING_EVENTS));
  expect(ring.after("a-0")).toHaveLength(RING_EVENTS);
  ring.append(`a-${RING_EVENTS}`, notes(RING_EVENTS + 1, RING_EVENTS + 10));
  expect(ring.after("a-9")).toBeUndefined();
  expect(ring.after("a-10")).toHaveLength(RING_EVENTS);
});

test("it holds so many bytes, but never drops what has just come", () => {
  const ring = createRing();
  const quarter = "x".repeat(RING_BYTES / 8 - 20);
  for (let i = 1; i <= 6; i++) ring.append(`a-${i - 1}`, [event(`a-${i}`, "note", quarter)]);
  expect(ids(ring.after("a-2"))).toEqual(["a-3", "a-4", "a-5", "a-6"]);
  expect(ring.after("a-1")).toBeUndefined();
  ring.append("a-6", [event("a-7", "note", "x".repeat(RING_BYTES))]);
  expect(ids(ring.after("a-6"))).toEqual(["a-7"]);
  expect(ring.after("a-5")).toBeUndefined();
  ring.append("a-7", [event("a-8")]);
  expect(ids(ring.after("a-7"))).toEqual(["a-8"]);
});
