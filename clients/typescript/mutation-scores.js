// Fails where a file's own mutation score is below 80 %: a total can hide one. Reads what `stryker run` has left.
import { readFileSync } from "node:fs";

const LEAST = 80;
const { files } = JSON.parse(readFileSync(new URL("../../build/mutation/report.json", import.meta.url), "utf8"));

for (const [name, { mutants }] of Object.entries(files)) {
  const count = (...wanted) => mutants.filter(({ status }) => wanted.includes(status)).length;
  const found = count("Killed", "Timeout");
  const all = found + count("Survived", "NoCoverage");
  const score = (100 * found) / Math.max(all, 1);
  // A file without code that can be changed has no score.
  const fails = all > 0 && score < LEAST;
  if (fails) process.exitCode = 1;
  console.log(`${fails ? "fail" : "pass"} ${name}: ${found} of ${all} mutants found, ${score.toFixed(1)} %`);
}
