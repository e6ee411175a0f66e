/** A page's script with the installed package, as an application's own build makes it. */
import { join } from "node:path";
import { build } from "esbuild";
import { INSTALLED } from "./test.ts";

const MODULES = join(import.meta.dirname, "../../node_modules");

export type Mode = "development" | "production";

/** `script` is a file in `pages/`, of which the installation has a copy: so it finds the package that is installed there. */
export async function bundle(script: string, mode: Mode = "production"): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(INSTALLED, "pages", script)],
    bundle: true,
    write: false,
    format: "esm",
    jsx: "automatic",
    nodePaths: [MODULES],
    define: { "process.env.NODE_ENV": JSON.stringify(mode) },
    logLevel: "silent",
  });
  return (outputFiles[0] as { text: string }).text;
}
