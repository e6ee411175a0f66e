import { SSEService } from "@tidings/client";
import { SSEProvider, useSSE } from "@tidings/client/react";
import { useState } from "react";

interface Events {
  "novel.created": { id: string; title: string };
  "chapter.updated": { novel: string; chapter: number };
}

const service = new SSEService<Events>({
  baseURL: "https://hub.example",
  async getAccessToken() {
    const answer = await fetch("/token", { cache: "no-store" });
    if (answer.status === 401) return null; // nobody is signed in
    if (!answer.ok) throw new Error(`/token says ${answer.status}`); // reported, and asked again
    return (await answer.json()).access_token;
  },
});

// The provider connects when it is mounted and disconnects after its last unmount. Options compare by value.
export function App() {
  return (
    <SSEProvider service={service} options={{ eventTypes: ["novel.*", "chapter.*"] }}>
      <Novels />
      <LastChange />
    </SSEProvider>
  );
}

// `onEvent` gets every event: what must not be missed belongs here.
function Novels() {
  const [titles, setTitles] = useState<string[]>([]);
  const { state, error } = useSSE<Events, "novel.created">("novel.created", {
    onEvent: ({ data }) => setTitles((known) => [...known, data.title]),
  });
  return (
    <section aria-busy={state !== "connected"}>
      {error?.retryable === false && <p role="alert">No more news: {error.message}</p>}
      <ul>
        {titles.map((title) => (
          <li key={title}>{title}</li>
        ))}
      </ul>
    </section>
  );
}

// `lastEvent` is a sample for what shows only the newest: at most one render a network read, whatever that brings.
function LastChange() {
  const { lastEvent } = useSSE<Events, "chapter.*">("chapter.*");
  return <p>{lastEvent ? `Chapter ${lastEvent.data.chapter} has changed` : "No changes yet"}</p>;
}
