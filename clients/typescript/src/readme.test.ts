import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../", import.meta.url);
const text = (path: string) => readFileSync(new URL(path, folder), "utf8");

const examples = readdirSync(new URL("examples", folder), { recursive: true, encoding: "utf8" }).filter((path) =>
  /\.tsx?$/.test(path),
);
const quoted = [...text("README.md").matchAll(/<!-- (examples\/\S+) -->\n\n```tsx?\n(.*?)```\n/gs)];

test("every block of code in the README is an example's file as it stands, and every example is there", () => {
  expect(text("README.md").match(/^```tsx?$/gm)?.length).toBe(quoted.length);
  expect(quoted.map(([, path]) => path).sort()).toEqual(examples.map((path) => `examples/${path}`).sort());
  for (const [, path, code] of quoted) expect(code, path).toBe(text(path as string));
});
