import { describe, expect, it } from "vitest";
import { matcher } from "./match.ts";

describe("matcher", () => {
  it.each([
    ["chapter.updated", ["chapter.updated"], ["chapter.updated.x", "xchapter.updated", "chapterxupdated", "chapter"]],
    ["chapter.*", ["chapter.updated", "chapter.a-b:c"], ["chapter", "chapter.a.b", "novel.updated", "chapter."]],
    ["*.updated", ["chapter.updated"], ["updated", "a.b.updated"]],
    ["*", ["a"], ["a.b", ""]],
    ["**", ["a", "a.b.c"], [""]],
    ["chapter.**", ["chapter.a", "chapter.a.b"], ["chapter", "chapters.a"]],
    ["a.*.c", ["a.b.c"], ["a.c", "a.b.b.c"]],
    ["*.*.**", ["a.b.c", "a.b.c.d"], ["a.b"]],
  ])("%s", (pattern, matching, others) => {
    const matches = matcher(pattern);
    expect(matching.filter((type) => !matches(type))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });

  it("takes several patterns as either", () => {
    const matches = matcher(["a", "b.*"]);
    expect(["a", "b.c", "b", "ab.c", "a.c"].map(matches)).toEqual([true, true, false, false, false]);
  });
});
