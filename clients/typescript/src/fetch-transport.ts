/** The default transport: a stream read with `fetch`, its token in `Authorization`. */
import { SSEError } from "./errors.ts";
import { createParser } from "./parser.ts";
import type { RawEvent, Transport } from "./transport.ts";

export const fetchTransport: Transport = async ({ path, options, cursor, send, signal }, sink) => {
  const { eventTypes, channels, since, metadata } = options;
  const query = new URLSearchParams();
  const fields: Record<string, unknown> = { events: eventTypes, channels, since };
  for (const name in metadata) fields[`meta_${name}`] = metadata[name];
  for (const name in fields) if (fields[name] != null) query.set(name, fields[name] as string);

  const { body, headers } = await send(`${path}?${query}`, {
    // A field and not a parameter: the URL stays the same, and with it the preflight that browsers keep by URL.
    headers: cursor ? { "Last-Event-ID": cursor } : {},
  });
  const message = headers.get("Content-Type") as string;
  if (!body || !/^text\/event-stream\b/i.test(message)) throw new SSEError("content_type", { message });

  let events: RawEvent[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onOversize: (event) => events.push({ ...event, data: "" }),
    onRetry: sink.retry,
  });
  parser.reset(cursor);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) return;
    sink.activity();
    parser.feed(value);
    if (events[0]) sink.batch(events);
    events = [];
  }
};
