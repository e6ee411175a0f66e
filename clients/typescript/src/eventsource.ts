/**
 * The other transport: the browser's own EventSource, on a session. It is heard of by browser tools as an event stream,
 * and passes where `fetch` can't stream.
 * @module
 */
import { type RawEvent, SSEError, type Transport } from "@tidings/client";

export interface EventSourceTransportOptions {
  /** Instead of the global one. */
  readonly EventSource?: typeof globalThis.EventSource;
}

const SYSTEM = ["hello", "ping", "gap", "reauth", "bye"];

/** The most data that an event may have, in bytes of UTF-8: as much as the parser lets through. */
const LIMIT = 1_048_576;

/** `{"type":"<type>","data":<data>}`, as the hub writes it; or `"text":"<text>"`. */
const open = ({ data: envelope, lastEventId: id }: MessageEvent<string>): RawEvent => {
  const { type, text } = JSON.parse(envelope);
  // The data as it was sent, digits and all.
  const data: string = text ?? envelope.slice(`{"type":"${type}","data":`.length, -1);
  // What is short can't be too large, and is not counted.
  const size = data.length > LIMIT / 3 ? new TextEncoder().encode(data).length : 0;
  return size > LIMIT ? { type, id, data: "", size } : { type, id, data };
};

/**
 * A session opens one stream, and an EventSource retries the same URL by itself and gives up for good at a 401: so each
 * attempt makes a session, which holds the cursor, and the EventSource is closed at its first error. Events come as
 * envelopes, since it hears only types that it was told of.
 *
 * ```ts
 * new SSEService({ baseURL, getAccessToken, transport: eventSourceTransport() });
 * ```
 */
export const eventSourceTransport =
  ({ EventSource }: EventSourceTransportOptions = {}): Transport =>
  async ({ path, options: { eventTypes, channels, metadata, since }, cursor, signal, platform, url, send }, sink) => {
    const session = await send("api/v1/events/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        events: eventTypes,
        channels,
        metadata,
        since,
        last_event_id: cursor,
        format: "envelope",
      }),
    });
    const { session_id } = await session.json();
    if (signal.aborted) return;

    const source = new (EventSource ?? (platform.EventSource as typeof globalThis.EventSource))(
      url(`${path}?session_id=${encodeURIComponent(session_id)}`),
    );
    // A browser dispatches the events of one network read in one task; a message to ourselves comes after them all.
    const { port1, port2 } = new MessageChannel();
    const events: RawEvent[] = [];
    const flush = () => {
      if (events[0]) sink.batch(events.splice(0));
    };
    const take = (event: RawEvent) => {
      if (events.push(event) === 1) port2.postMessage(0);
    };
    port1.onmessage = flush;
    for (const type of SYSTEM)
      source.addEventListener(type, ({ data, lastEventId: id }: MessageEvent<string>) => take({ type, data, id }));
    source.onmessage = (message) => take(open(message));

    try {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => resolve());
        source.onerror = () => {
          flush();
          reject(new SSEError("network", { message: "the EventSource failed" }));
        };
      });
    } finally {
      source.close();
      port1.close();
    }
  };
