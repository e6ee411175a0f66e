/** Puts the built package aside, as `npm install` would have it, so that a build meanwhile changes nothing under the tests. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PACKAGE = join(import.meta.dirname, "../..");

export default function setUp(): () => void {
  if (!existsSync(join(PACKAGE, "dist/index.js"))) throw new Error("no dist/: npm run build first");
  const root = mkdtempSync(join(tmpdir(), "tidings-package-"));
  const folder = join(root, "node_modules/@tidings/client");
  mkdirSync(folder, { recursive: true });
  for (const part of ["dist", "package.json"]) cpSync(join(PACKAGE, part), join(folder, part), { recursive: true });
  process.env.E2E_PACKAGE = folder;
  return () => rmSync(root, { recursive: true, force: true });
}
