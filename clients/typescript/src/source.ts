/**
 * The seam between a service and where its events come from.
 *
 * A source is opened and closed by the service and hands it batches of raw events and states. The direct source
 * (`upstream.ts`) is a connection with its whole retry loop. `crossTab` wraps it: what it is given is how to make a direct
 * source, and what it returns is how to make its own, which may hold one direct source, or none, or another one for a
 * while to catch up. See README.md beside this file.
 */
import type { SSEError } from "./errors.ts";
import type { Platform } from "./platform.ts";
import type { Told } from "./state.ts";
import type { RawEvent } from "./transport.ts";
import type { SSEConnectOptions } from "./types.ts";

/** What a source may use of its service. */
export interface SourceHost {
  readonly baseURL: string | URL;
  readonly platform: Platform;
  /** The service's cursor; the position of what it has dispatched. */
  cursor(): string | undefined;
  /**
   * Dispatches one network read's complete events, system events included, in order. Moves the cursor, drops what was
   * seen already, and returns when every listener has. The last event's `id` is the cursor after it.
   */
  batch(events: readonly RawEvent[]): void;
  /**
   * What has become of the connection: `connecting` when an attempt begins, `connected` before the batch with its `hello`;
   * `error` or `closed` where the source has given up, with the error, which the service reports. After these two it does
   * nothing until it is opened again. Telling the same twice does nothing.
   */
  state(told: Told, error?: SSEError): void;
  /** Reports a failure that is being retried. */
  error(error: SSEError): void;
}

export interface Source {
  /**
   * Opens, or opens anew at once: with other options, or the same (`reconnect()`). A connection that is there already is
   * closed when the new one has its `hello`, and hands on nothing from the moment that the new one's cursor is read.
   */
  open(options: SSEConnectOptions): void;
  /** Closes without a word: the service sets its own state. */
  close(): void;
}

export type SourceFactory = (host: SourceHost) => Source;

/** What `crossTab` takes: made by `shareTabs({ key })` from `@tidings/client/cross-tab`. */
export type CrossTab = (direct: SourceFactory) => SourceFactory;
