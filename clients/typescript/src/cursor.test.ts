import { describe, expect, it } from "vitest";
import { isAhead } from "./cursor.ts";

describe("isAhead", () => {
  it.each([
    ["e-2", "e-1", true],
    ["e-10", "e-9", true],
    ["e-9", "e-10", false],
    ["e-1", "e-1", false],
    ["e-0", "e-1", false],
    ["e1-2", "e1-1", true],
    ["e-9223372036854775807", "e-9223372036854775806", true],
    ["e-9223372036854775806", "e-9223372036854775807", false],
  ])("%s after %s: %s", (id, cursor, expected) => {
    expect(isAhead(id, cursor)).toBe(expected);
  });

  it("can't say across epochs, nor without a cursor", () => {
    expect(isAhead("f-1", "e-9")).toBeUndefined();
    expect(isAhead("e1-1", "e-11")).toBeUndefined();
    expect(isAhead("e-1", undefined)).toBeUndefined();
  });
});
