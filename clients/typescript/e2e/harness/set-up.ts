/**
 * Installs the built package into a folder of its own, as npm would, with the programs and pages that use it and the hub's
 * binary: a build meanwhile changes nothing under the tests.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY } from "./hub.ts";

const PACKAGE = join(import.meta.dirname, "../..");

export default function setUp(): () => void {
  if (!existsSync(join(PACKAGE, "dist/index.js"))) throw new Error("no dist/: npm run build first");
  if (!existsSync(BINARY)) throw new Error(`no hub at ${BINARY}: ./run --build makes it, or set TIDINGS_BINARY`);
  const root = mkdtempSync(join(tmpdir(), "tidings-package-"));
  const folder = join(root, "node_modules/@tidings/client");
  mkdirSync(folder, { recursive: true });
  for (const part of ["dist", "package.json"]) cpSync(join(PACKAGE, part), join(folder, part), { recursive: true });
  cpSync(join(import.meta.dirname, "../programs"), root, { recursive: true });
  cpSync(join(import.meta.dirname, "../pages"), join(root, "pages"), { recursive: true });
  writeFileSync(join(root, "package.json"), '{ "type": "module", "dependencies": { "@tidings/client": "*" } }');
  cpSync(BINARY, join(root, "tidings"));
  process.env.E2E_INSTALLED = root;
  process.env.TIDINGS_BINARY = join(root, "tidings");
  return () => rmSync(root, { recursive: true, force: true });
}
