/** The default transport: a stream read with `fetch`, its token in `Authorization`. */
import { SSEError } from "./errors.ts";
import { refusal } from "./hub.ts";
import { createParser } from "./parser.ts";
import type { RawEvent, Transport } from "./transport.ts";

export const fetchTransport: Transport = async ({ url, options, cursor, send, signal, platform }, sink) => {
  const { eventTypes, channels, metadata, since } = options;
  const query = url.searchParams;
  if (eventTypes) query.set("events", `${eventTypes}`);
  if (channels) query.set("channels", `${channels}`);
  if (since) query.set("since", since);
  for (const name in metadata) query.set(`meta_${name}`, metadata[name] as string);

  const response = await send(url, {
    // A field and not a parameter: the URL stays the same, and with it the preflight that browsers keep by URL.
    headers: { Accept: "text/event-stream", ...(cursor && { "Last-Event-ID": cursor }) },
  });
  if (response.status === 204) throw await refusal(response, platform);
  const contentType = response.headers.get("Content-Type");
  if (!response.body || !/^text\/event-stream *(;|$)/i.test(contentType as string))
    throw new SSEError("content_type", `${contentType} is no event stream`, { status: response.status });

  let events: RawEvent[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onOversize: (event) => events.push({ ...event, data: "" }),
    onRetry: sink.retry,
  });
  parser.reset(cursor);
  const reader = response.body.getReader();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) return;
    sink.activity();
    parser.feed(decoder.decode(value, { stream: true }));
    if (events[0]) sink.batch(events);
    events = [];
  }
};
