// What any page could do with the hub: a session, the browser's own EventSource, and a cursor. Only the token comes
// from the development hub; an application's page would ask its own backend.
const byId = (id) => document.getElementById(id);
const rowsKept = 500;
const retryFrom = 250; // ms; doubled with each attempt in a row
const retryTo = 4000;

let token; // { user, value, ends }: ends by this clock, in ms
let source; // the open EventSource
let connection; // its id, from hello
let cursor; // the last id seen, wherever it came from
let wanted = false; // whether a stream should be open
let generation = 0; // a superseded connection's events are dropped
let attempts = 0;
let retryTimer;
let heard; // when the last event came, in ms
const counts = { received: 0, connections: 0, extended: 0, missing: 0, twice: 0 };
const series = new Map(); // the last number received, by series

function state(name) {
  byId("state").textContent = name;
  byId("state").dataset.state = name;
  byId("cut").disabled = !wanted && name !== "cut";
  byId("cut").textContent = name === "cut" ? "Reconnect" : "Cut the connection";
}

function facts() {
  byId("received").textContent = counts.received;
  byId("connections").textContent = counts.connections;
  byId("extended").textContent = `${counts.extended} times`;
  byId("cursor").textContent = cursor ?? "none";
  const check = byId("check");
  const bad = counts.missing + counts.twice > 0;
  if (series.size > 0) {
    check.dataset.check = bad ? "bad" : "good";
    check.textContent = bad ? `${counts.missing} missing, ${counts.twice} twice` : "✓ nothing missing, nothing twice";
  } else {
    check.dataset.check = "none";
    check.textContent = "publish to see";
  }
}

function show(type, data, id, kind = "") {
  const row = document.createElement("li");
  row.className = kind;
  for (const [name, text] of [["time", new Date().toLocaleTimeString([], { hour12: false })], ["type", type], ["data", data], ["id", id]]) {
    const cell = document.createElement("span");
    cell.className = name;
    cell.textContent = text ?? "";
    row.append(cell);
  }
  const list = byId("list");
  list.querySelector(".empty")?.remove();
  list.prepend(row);
  while (list.childElementCount > rowsKept) list.lastElementChild.remove();
}

async function call(path, body, bearer) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  const response = await fetch(path, { method: "POST", headers, body: body && JSON.stringify(body) });
  if (response.status === 204) return undefined;
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) token = undefined;
  throw new Error(`${answer.code ?? response.status}: ${answer.detail ?? answer.title ?? "refused"}`);
}

async function bearer(fresh = false) {
  const user = byId("user").value;
  if (fresh || token?.user !== user || token.ends < Date.now() + 2000) {
    const wish = { user, subscribe: ["**"], publish: ["**"], expires_in: Number(byId("lifetime").value) };
    const answer = await call("/dev/token", wish);
    token = { user, value: answer.access_token, ends: Date.now() + answer.expires_in * 1000 };
  }
  return token.value;
}

const listed = (id) => byId(id).value.split(",").map((name) => name.trim()).filter(Boolean);

// A session opens one stream, so each attempt makes its own, holding the cursor.
async function open() {
  const mine = ++generation;
  clearTimeout(retryTimer);
  source?.close();
  connection = undefined;
  state(counts.connections > 0 ? "reconnecting" : "connecting");
  try {
    const wish = { format: "envelope", metadata: { page: "demo" } };
    if (listed("types").length > 0) wish.events = listed("types");
    if (listed("channels").length > 0) wish.channels = listed("channels");
    if (cursor) wish.last_event_id = cursor;
    const session = await call("/api/v1/events/session", wish, await bearer());
    if (mine !== generation) return;
    listen(new EventSource(`/api/v1/events/stream?session_id=${encodeURIComponent(session.session_id)}`), mine);
  } catch (error) {
    if (mine === generation) again(error.message);
  }
}

// The browser would retry the same URL, whose session is used up: a new one is made instead.
function again(why, from = retryFrom) {
  source?.close();
  connection = undefined;
  if (!wanted) return;
  state("reconnecting");
  show("connection", why, "", "system");
  const most = Math.min(Math.max(retryTo, from), from * 2 ** attempts++);
  retryTimer = setTimeout(open, Math.random() * most);
}

function listen(opened, mine) {
  source = opened;
  const on = (type, handle) =>
    opened.addEventListener(type, (event) => {
      if (mine !== generation) return;
      heard = Date.now();
      const previous = cursor;
      cursor = event.lastEventId || cursor;
      handle(event, previous);
      facts();
    });
  const system = (type, handle) =>
    on(type, (event) => {
      show(type, event.data, event.lastEventId, type === "gap" ? "gap" : "system");
      handle?.(JSON.parse(event.data));
    });

  system("hello", (hello) => {
    connection = hello.connection_id;
    attempts = 0;
    counts.connections += 1;
    state("connected");
  });
  system("ping");
  system("gap", () => series.clear());
  system("reauth", extend);
  system("bye", (bye) => {
    wanted &&= bye.reconnect;
    if (wanted) return again(`the hub said goodbye: ${bye.reason}`, bye.retry_ms);
    generation += 1;
    opened.close();
    state("ended");
  });
  on("message", (event, previous) => {
    if (repeated(event.lastEventId, previous)) return;
    const { type, data, text } = JSON.parse(event.data);
    counts.received += 1;
    number(data);
    show(type, text ?? JSON.stringify(data), event.lastEventId);
  });
  opened.onerror = () => mine === generation && again("the connection was lost");
}

// Delivery is at least once; within an epoch a sequence that is not above the last one has been seen.
function repeated(id, previous) {
  const [epoch, sequence] = id.split("-");
  const [lastEpoch, lastSequence] = (previous ?? "").split("-");
  return epoch === lastEpoch && BigInt(sequence) <= BigInt(lastSequence);
}

// This page numbers what it publishes, one series for each kind of recipient, so that a hole would be seen.
function number(data) {
  if (typeof data?.series !== "string" || !Number.isInteger(data.n)) return;
  const last = series.get(data.series) ?? data.n - 1;
  if (data.n <= last) counts.twice += 1;
  else counts.missing += data.n - last - 1;
  series.set(data.series, Math.max(last, data.n));
}

async function extend() {
  try {
    const id = connection;
    await call(`/api/v1/connections/${id}/token`, undefined, await bearer(true));
    counts.extended += 1;
    show("connection", "the stream lives on under a new token", "", "system");
  } catch (error) {
    show("connection", error.message, "", "system");
  }
  facts();
}

const published = new Map(); // the last number published, by series
const page = Math.random().toString(36).slice(2, 8);
let publishing = Promise.resolve(); // one after the other, so that the numbers go out in order

function publish(type, given) {
  publishing = publishing.then(() => send(type, given)).then(
    () => (byId("problem").hidden = true),
    (error) => {
      byId("problem").textContent = error.message;
      byId("problem").hidden = false;
    },
  );
}

async function send(type, given) {
  const to = byId("to").value;
  const event = { type, data: given };
  if (to === "me") event.users = [byId("user").value];
  if (to === "user") event.users = [byId("name").value];
  if (to === "channel") event.channels = [byId("name").value];
  const key = [page, ...(event.users ?? event.channels ?? ["everyone"]), type].join(" ");
  const n = (published.get(key) ?? 0) + 1;
  if (given && typeof given === "object" && !Array.isArray(given)) event.data = { ...given, n, series: key };
  await call("/api/v1/events", event, await bearer());
  published.set(key, n);
}

// What is typed stands for itself where it isn't JSON.
function typed() {
  try {
    return JSON.parse(byId("data").value);
  } catch {
    return byId("data").value;
  }
}

byId("stream").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  token = undefined;
  cursor = undefined; // another user or filter: what was counted before says nothing about it
  series.clear();
  Object.assign(counts, { missing: 0, twice: 0, connections: 0 });
  wanted = true;
  attempts = 0;
  open();
  facts();
});

byId("cut").addEventListener("click", () => {
  wanted = !wanted;
  if (wanted) return open();
  generation += 1;
  clearTimeout(retryTimer);
  source?.close();
  state("cut");
  show("connection", "cut here: what is published meanwhile arrives on reconnecting", "", "system");
});

byId("publish").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  publish(byId("type").value, typed());
});

let ticker;
byId("ticker").addEventListener("click", () => {
  const stopped = ticker === undefined;
  if (stopped) ticker = setInterval(() => publish("demo.tick", {}), 200);
  else ticker = clearInterval(ticker);
  byId("ticker").setAttribute("aria-pressed", String(stopped));
});

byId("to").addEventListener("change", () => {
  const named = ["user", "channel"].includes(byId("to").value);
  byId("name-label").hidden = !named;
  byId("name").required = named;
  byId("name").value = byId("to").value === "channel" ? "novel:42" : "bob";
});
byId("system").addEventListener("change", () => byId("list").classList.toggle("plain", !byId("system").checked));
byId("clear").addEventListener("click", () => byId("list").replaceChildren());

setInterval(() => {
  const left = token ? Math.max(0, Math.round((token.ends - Date.now()) / 1000)) : undefined;
  byId("token").textContent = left === undefined ? "none" : `${left} s left`;
  byId("alive").textContent = heard === undefined ? "none" : `${Math.round((Date.now() - heard) / 1000)} s ago`;
}, 500);
