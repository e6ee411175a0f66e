// Bundles each entry into dist/, minified. The core stands once on a page: the other entries import it by its name.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";
import { packNames } from "./pack-names.js";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
for (const name of ["index", "eventsource", "cross-tab", "react", "parser"]) {
  if (!existsSync(`src/${name}.ts`)) continue;
  const { outputFiles } = await build({
    entryPoints: [`src/${name}.ts`],
    outdir: "dist",
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    define: { QUICK: `${name === "parser"}` },
    external: ["@tidings/client", "react"],
    logLevel: "warning",
  });
  const { code } = await minify(outputFiles[0].text, {
    module: true,
    ecma: 2022,
    // `unsafe` is about objects that turn into numbers: none of ours does.
    compress: {
      passes: 3,
      unsafe: true,
      pure_getters: true,
      unsafe_arrows: true,
      inline: 1,
      sequences: false,
      directives: false,
    },
  });
  writeFileSync(`dist/${name}.js`, packNames(code));
}
