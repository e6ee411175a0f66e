import { describe, expect, it } from "vitest";
import { baseFor, FIRST_BASE, longestWait } from "./backoff.ts";

describe("the longest wait", () => {
  it("is the base, doubled with each failure", () => {
    expect([0, 1, 2].map((failures) => longestWait(1000, failures))).toEqual([1000, 2000, 4000]);
  });

  it("grows to 4 s and no further, however often it has failed", () => {
    expect([3, 10, 100, 10_000].map((failures) => longestWait(1000, failures))).toEqual([4000, 4000, 4000, 4000]);
  });

  it("stays at a base above 4 s", () => {
    expect([0, 1, 50].map((failures) => longestWait(9000, failures))).toEqual([9000, 9000, 9000]);
  });

  it("starts small before the hub has named a time", () => {
    expect(longestWait(FIRST_BASE, 0)).toBe(250);
  });
});

describe("the base", () => {
  it("is what the hub says within 100 ms and 30 s", () => {
    expect([0, 99, 100, 2500, 30_000, 30_001, Number.POSITIVE_INFINITY].map(baseFor)).toEqual([
      100, 100, 100, 2500, 30_000, 30_000, 30_000,
    ]);
  });

  it("is no number for what is none", () => {
    expect([Number.NaN, undefined as unknown as number].map(baseFor)).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("the mean of 10,000 returns", () => {
  /** From noticing the loss to the first attempt that the hub, away for so long, takes. */
  const mean = (away: number) => {
    let seed = 42;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    let sum = 0;
    for (let client = 0; client < 10_000; client++) {
      let time = 0;
      let failures = 0;
      do time += random() * longestWait(1000, failures++);
      while (time < away);
      sum += time;
    }
    return sum / 10_000;
  };

  it("is under 1 s after one dropped connection", () => {
    expect(mean(0)).toBeGreaterThan(450);
    expect(mean(0)).toBeLessThan(550);
  });

  it("is under 5 s after a restart of the hub that takes 2 s", () => {
    expect(mean(2000)).toBeGreaterThan(2000);
    expect(mean(2000)).toBeLessThan(5000);
  });
});
