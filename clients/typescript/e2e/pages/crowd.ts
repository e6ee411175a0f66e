// A page with many applications on the browser's own EventSource.
import { SSEService } from "@tidings/client";
import { eventSourceTransport } from "@tidings/client/eventsource";
import { type Crowd, gather } from "./lives.ts";

const { plan, hubs } = JSON.parse(new URL(location.href).searchParams.get("settings") as string);

window.crowd = gather(
  plan,
  (client) =>
    new SSEService({
      baseURL: hubs[client % hubs.length],
      transport: eventSourceTransport(),
      async getAccessToken({ reason, signal }) {
        const answer = await fetch(`/token?tab=${client}&reason=${reason}`, { signal });
        return answer.text();
      },
    }),
);

declare global {
  interface Window {
    crowd: Crowd;
  }
}
