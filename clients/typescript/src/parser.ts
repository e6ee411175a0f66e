/**
 * Reads an event stream: text in, events out (WHATWG HTML §9.2.6, "Interpreting an event stream").
 *
 * Pure and synchronous: no timer, no socket, and what it holds of the stream is bounded by `maxEventBytes`. Text may be cut
 * anywhere; an event is handed over with the line end that completes it, in the same call.
 *
 *     const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // the parser drops the one byte order mark itself
 *     const parser = createParser({ onEvent: ({ type, data, id }) => … });
 *     for await (const bytes of response.body) parser.feed(decoder.decode(bytes, { stream: true }));
 *
 * What is not complete when the stream ends is discarded, its id too: resume from the `id` of the last event. Each stream has
 * a parser of its own.
 */
import { interpreter, type OversizeEvent, type StreamEvent } from "./interpreter.ts";

export type { OversizeEvent, StreamEvent };

/** Called without a receiver. What throws in one comes out of `feed`, and the rest of that text is lost: better not. */
export interface ParserCallbacks {
  onEvent: (event: StreamEvent) => void;
  /** The reconnection time in milliseconds, as sent: any whole number, `Infinity` for one beyond all bounds. */
  onRetry?: ((ms: number) => void) | undefined;
  /** In the place of `onEvent`, for an event with too much data or a line too long to be kept. Its id counts as any. */
  onOversize?: ((event: OversizeEvent) => void) | undefined;
}

export interface ParserOptions {
  /** The most data that an event may have, in bytes of UTF-8; 1 MiB where not given. */
  maxEventBytes?: number | undefined;
}

export interface Parser {
  /** Takes the next piece of the stream. Not to be called from a callback. */
  feed: (text: string) => void;
}

export const createParser = (
  { onEvent, onRetry, onOversize }: ParserCallbacks,
  { maxEventBytes }: ParserOptions = {},
): Parser => ({ feed: interpreter(onEvent, onOversize, onRetry, maxEventBytes) });
