// An application's page: it connects as its address says, and writes down everything that it is told.
import { SSEService } from "@tidings/client";

const settings = JSON.parse(new URL(location.href).searchParams.get("settings"));
const { user, tab = "", transport, shared, cacheToken, luck, kept, listen = ["**"], connect, ...config } = settings;

if (luck !== undefined) Math.random = () => luck;

/** What reloads of this page have been told before, where it keeps that. */
const before = kept ? JSON.parse(localStorage.getItem("events") ?? "[]") : [];
const record = { events: before, states: [], errors: [], gaps: [], lifecycle: [], rejected: null, resolved: 0 };
window.record = record;

let cached;
config.getAccessToken = async ({ reason, signal }) => {
  if (cacheToken && cached && reason === "connect") return cached;
  const answer = await fetch(`/token?user=${user}&reason=${reason}&tab=${tab}`, { signal });
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  cached = await answer.text();
  return cached;
};
if (transport === "eventsource") {
  const { eventSourceTransport } = await import("@tidings/client/eventsource");
  config.transport = eventSourceTransport();
}
if (shared) {
  const { shareTabs } = await import("@tidings/client/cross-tab");
  config.crossTab = shareTabs({ key: user });
}
if (kept) {
  config.cursorStore = {
    load: () => localStorage.getItem(`cursor:${user}`),
    save: (cursor) => localStorage.setItem(`cursor:${user}`, cursor),
    clear: () => localStorage.removeItem(`cursor:${user}`),
  };
}

const service = new SSEService(config);
window.service = service;
service.on(listen, ({ type, data, id }) => {
  record.events.push({ id, type, data });
  if (kept) localStorage.setItem("events", JSON.stringify(record.events));
});
service.onStateChange((state) => record.states.push(state));
service.onGap((gap) => record.gaps.push(gap));
service.onError(({ code, status, retryable, message }) => record.errors.push({ code, status, retryable, message }));
for (const name of ["pagehide", "pageshow"]) {
  addEventListener(name, ({ persisted }) => record.lifecycle.push({ name, persisted }));
}
for (const name of ["freeze", "resume"]) {
  document.addEventListener(name, () => record.lifecycle.push({ name }));
}

service.connect(connect).then(
  () => record.resolved++,
  ({ code }) => {
    record.rejected = code;
  },
);
