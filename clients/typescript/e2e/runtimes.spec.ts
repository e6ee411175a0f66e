/** The built package, where an application has installed it, in each runtime that it promises beside browsers. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { keepPublishing } from "./harness/publisher.ts";
import { eventually, expect, INSTALLED, test } from "./harness/test.ts";
import { accessToken } from "./harness/tokens.ts";

const MODULES = join(import.meta.dirname, "../node_modules");

/** The programs of packages that npm brings for this machine, which need no script to have been run on installing. */
const brought = (scope: string, path: string): string[] =>
  existsSync(join(MODULES, scope))
    ? readdirSync(join(MODULES, scope)).map((name) => join(MODULES, scope, name, path))
    : [];

const RUNTIMES = {
  node: { programs: [process.execPath], flags: ["--expose-gc"] },
  deno: {
    programs: [...brought("@deno", "deno"), "deno"],
    flags: ["run", "--v8-flags=--expose-gc", "--quiet", "--cached-only", "--allow-net", "--allow-env"],
  },
  bun: { programs: [...brought("@oven", "bin/bun"), "bun"], flags: ["run"] },
};

for (const [name, { programs, flags }] of Object.entries(RUNTIMES)) {
  test(`${name} connects, receives and resumes`, async ({ world: { hub, proxy } }) => {
    const program = programs.find((candidate) => spawnSync(candidate, ["--version"]).status === 0);
    if (!program) console.log(`skipped: ${name} does not run here; npm ci brings it where npm has it for the machine`);
    test.skip(!program, `${name} does not run here`);

    const reader = spawn(program as string, [...flags, "reader.mjs"], {
      cwd: INSTALLED,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, HUB: proxy.url, TOKEN: accessToken({ sub: "ann" }) },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const told: Record<string, unknown>[] = [];
    createInterface({ input: reader.stdout }).on("line", (line) => told.push(JSON.parse(line)));
    const ended = once(reader, "exit");
    const all = (what: string) => told.filter((line) => what in line).map((line) => line[what]);
    const reaches = (state: string) => eventually(`${name} is ${state}`, () => all("state").at(-1) === state);

    try {
      await reaches("connected");
      const publishing = keepPublishing(hub);
      await publishing.reached(20);
      proxy.cut();
      await reaches("reconnecting");
      await publishing.reached(40);
      proxy.restore();
      await reaches("connected");
      await publishing.stop();
      await eventually(`${name} has every event`, () => all("event").length >= hub.published.length);
      expect(all("event")).toEqual(hub.published.map(({ id, type, data }) => ({ id, type, data })));
      reader.stdin.end();
      await eventually(`${name} ends by itself`, () => reader.exitCode === 0);
      expect(all("state").at(-1)).toBe("closed");
    } finally {
      reader.kill();
      await ended;
    }
  });
}
