/** The default transport: a stream read with `fetch`, its token in `Authorization`. */
import { SSEError } from "./errors.ts";
import { interpreter } from "./interpreter.ts";
import type { RawEvent, Transport } from "./transport.ts";

export const fetchTransport: Transport = async ({ path, options, cursor, send, signal }, sink) => {
  const { eventTypes, channels, since, metadata } = options;
  const fields: Record<string, unknown> = { events: eventTypes, channels, since };
  for (const name in metadata) fields[`meta_${name}`] = metadata[name];
  // What is undefined does not survive the text.
  const query = new URLSearchParams(JSON.parse(JSON.stringify(fields)));

  const { body, headers } = await send(`${path}?${query}`, {
    // A field and not a parameter: the URL stays the same, and with it the preflight that browsers keep by URL.
    headers: (cursor && { "Last-Event-ID": cursor }) as HeadersInit,
  });
  const message = headers.get("Content-Type") as string;
  if (!/^text\/event-stream\b/i.test(message)) throw new SSEError("content_type", { message });

  let events: RawEvent[] = [];
  const onEvent = (event: RawEvent) => events.push(event);
  const feed = interpreter(onEvent, onEvent, sink.retry);
  const write = (text: string) => {
    feed(text);
    sink.batch(events);
    events = [];
  };
  await (body as NonNullable<typeof body>)
    .pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write }), { signal });
};
