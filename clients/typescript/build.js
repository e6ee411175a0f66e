// Bundles each entry into dist/, minified. The core stands once on a page: the other entries import it by its name.
import { existsSync, rmSync } from "node:fs";
import { build } from "esbuild";

const entries = ["index.ts", "eventsource.ts", "cross-tab.ts", "react.ts", "parser.ts"].map((name) => `src/${name}`);

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: entries.filter((path) => existsSync(path)),
  outdir: "dist",
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: ["@tidings/client", "react"],
  logLevel: "warning",
});
