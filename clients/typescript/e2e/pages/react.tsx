// An application made with React, in Strict Mode. It counts what the tests want to know.
import { SSEService } from "@tidings/client";
import { eventSourceTransport } from "@tidings/client/eventsource";
import { SSEProvider, useSSE } from "@tidings/client/react";
import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";

const { user, transport, ...config } = JSON.parse(new URL(location.href).searchParams.get("settings") as string);

const counts = { calls: 0, commits: 0, events: [] as unknown[] };
Object.assign(window, { counts });

const service = new SSEService({
  ...config,
  ...(transport === "eventsource" && { transport: eventSourceTransport() }),
  getAccessToken: async () => (await fetch(`/token?user=${user}`)).text(),
});

function Chapters() {
  counts.calls++;
  const { state, lastEvent } = useSSE("chapter.*", {
    onEvent: ({ data }) => {
      counts.events.push(data);
      window.received?.(counts.events.length);
    },
  });
  useEffect(() => {
    counts.commits++;
  });
  return (
    <p>
      <output id="state">{state}</output> <output id="last">{JSON.stringify(lastEvent?.data)}</output>
    </p>
  );
}

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <SSEProvider service={service} options={{ eventTypes: ["chapter.*"] }}>
      <Chapters />
    </SSEProvider>
  </StrictMode>,
);

declare global {
  interface Window {
    counts: typeof counts;
    /** The test's. */
    received?: (count: number) => void;
  }
}
