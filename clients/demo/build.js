// Builds the page into src/api/demo/, where the hub's build takes it from; with --check it only says whether what is
// there is what these sources build. The package comes from its sources, so that neither needs to be built first, and
// React from this folder alone, so that there is one of it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const into = here("../../src/api/demo/");
const entry = (name) => here(`../typescript/src/${name}.ts`);

const { outputFiles } = await build({
  entryPoints: { demo: here("src/main.tsx") },
  absWorkingDir: here("."),
  outdir: into,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  charset: "utf8",
  legalComments: "eof",
  define: { "process.env.NODE_ENV": '"production"', QUICK: "false" }, // as the core is built
  tsconfigRaw: {},
  alias: {
    react: here("node_modules/react"),
    "@tidings/client/react": entry("react"),
    "@tidings/client/eventsource": entry("eventsource"),
    "@tidings/client/cross-tab": entry("cross-tab"),
    "@tidings/client": entry("index"),
  },
  logLevel: "warning",
  write: false,
});

const built = new Map(outputFiles.map(({ path, contents }) => [path.slice(into.length), Buffer.from(contents)]));
built.set("index.html", readFileSync(here("src/index.html")));

if (process.argv.includes("--check")) {
  const stale = [...built].filter(
    ([name, bytes]) => !existsSync(into + name) || !readFileSync(into + name).equals(bytes),
  );
  for (const [name] of stale)
    console.error(`src/api/demo/${name} is not what clients/demo builds: npm run build there`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  mkdirSync(into, { recursive: true });
  for (const [name, bytes] of built) {
    writeFileSync(into + name, bytes);
    console.log(`src/api/demo/${name}  ${bytes.length} bytes`);
  }
}
