// npm `eventsource` against the hub: node eventsource.mjs <url> <token>. A line of JSON for each thing that happens.
import { EventSource } from "eventsource";

const [url, token] = process.argv.slice(2);
const say = (line) => console.log(JSON.stringify(line));
const source = new EventSource(url, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
});

for (const type of ["hello", "gap", "bye", "chapter.updated", "novel.created"]) {
  source.addEventListener(type, (event) => say({ type, data: JSON.parse(event.data), id: event.lastEventId }));
}
source.addEventListener("error", (error) => say({ type: "error", code: error.code ?? null }));
