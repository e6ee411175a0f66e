// How fast ./parser is beside eventsource-parser; and beside both, the same parser as it is in `.`, built for size.
//
//     npm run build && node bench/parser.bench.mjs [rounds]
//
// Each row is a process of its own, in which all read the same text in alternating rounds; what is counted is CPU time,
// which other work on the machine disturbs least. A ratio above 1 means that ours is faster: the median over the rounds of
// (their time / our time), with its quartiles.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createParser as createTheirs } from "eventsource-parser";
import { createParser } from "../dist/parser.js";

const ROUND_MS = 30;
const CHUNK = 64 * 1024;
const CORPUS = 400_000;

const json = (length, fill) => JSON.stringify({ novel: 42, text: fill.repeat(length / fill.length) });
const event = (n, data) => `event: chapter.updated\nid: 9f8b2c6d1e4a7035-${n}\ndata: ${data}\n\n`;

const corpora = {
  "small, 150 B": (n) => event(n, json(60, "lorem ipsum ")),
  "only data, 40 B": (n) => `data: {"token":"word","index":${n}}\n\n`,
  "16 lines, 1 KB": (n) => event(n, Array(16).fill("x".repeat(58)).join("\ndata: ")),
  "large, 16 KB": (n) => event(n, json(16_000, "lorem ipsum ")),
  "huge, 200 KB": (n) => event(n, json(200_000, "lorem ipsum ")),
  "small, not Latin-1": (n) => event(n, json(60, "文章が更新されました")),
  "small, CRLF": (n) => event(n, json(60, "lorem ipsum ")).replaceAll("\n", "\r\n"),
};

// Through bytes and back, so that strings are as flat and as wide as a decoder makes them.
const decoded = (text) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));

const cuttings = {
  "64 KiB": (events) => {
    const text = events.join("");
    return Array.from({ length: Math.ceil(text.length / CHUNK) }, (_, n) =>
      decoded(text.slice(n * CHUNK, (n + 1) * CHUNK)),
    );
  },
  "one event": (events) => events.map(decoded),
};

let seen = 0;
const ours = {
  onEvent: ({ type, data, id }) => {
    seen += type.length + data.length + id.length;
  },
};
const theirs = {
  onEvent: ({ event = "message", data, id = "" }) => {
    seen += event.length + data.length + id.length;
  },
};
/** The parser as the core has it, which exports none. */
async function loadCore() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../src/parser.ts", import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    define: { QUICK: "false" },
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
const { createParser: createCore } = await loadCore();

const readers = {
  ours: () => createParser(ours),
  theirs: () => createTheirs(theirs),
  core: () => createCore(ours),
};

/** Nanoseconds of CPU that reading all chunks `times` times takes. */
function time(reader, chunks, times) {
  const start = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    const parser = reader();
    for (const chunk of chunks) parser.feed(chunk);
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}

const quantile = (values, q) => values.toSorted((a, b) => a - b)[Math.round(q * (values.length - 1))];

function row(corpus, cutting, rounds) {
  const make = corpora[corpus];
  const events = Array.from({ length: Math.max(8, Math.round(CORPUS / make(1).length)) }, (_, n) =>
    make(1_000_000 + n),
  );
  const chunks = cuttings[cutting](events);

  const read = Object.values(readers).map((reader) => {
    seen = 0;
    time(reader, chunks, 1);
    return seen;
  });
  if (new Set(read).size > 1) throw new Error(`Not all have read the same events in "${corpus}".`);

  const names = Object.keys(readers);
  for (let i = 0; i < 10; i++) for (const who of names) time(readers[who], chunks, 10);
  const times = Math.ceil((ROUND_MS * 1e6 * 10) / time(readers.ours, chunks, 10));
  const spent = { ours: [], theirs: [], core: [] };
  for (let i = 0; i < rounds; i++) {
    for (const who of i % 2 ? names : names.toReversed())
      spent[who].push(time(readers[who], chunks, times) / times / events.length);
  }
  const median = (who) => quantile(spent[who], 0.5).toFixed(0);
  const ratio = (who) => {
    const ratios = spent[who].map((own, i) => spent.theirs[i] / own);
    const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(2));
    return `${middle} (${low}–${high})`;
  };
  console.log(`| ${corpus} | ${cutting} | ${names.map(median).join(" | ")} | ${ratio("ours")} | ${ratio("core")} |`);
}

const [rounds = "41", corpus, cutting] = process.argv.slice(2);
if (corpus) row(corpus, cutting, Number(rounds));
else {
  console.log(`Node ${process.version}, ${rounds} rounds of about ${ROUND_MS} ms each\n`);
  console.log(
    "| events | a chunk | ./parser, ns an event | theirs | in `.` | theirs : ./parser (quartiles) | theirs : in `.` |\n" +
      "|---|---|---|---|---|---|---|",
  );
  for (const corpus in corpora)
    for (const cutting in cuttings)
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), rounds, corpus, cutting], { stdio: "inherit" });
}
