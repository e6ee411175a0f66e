/** The seam between the retry loop and the way bytes come. */
import type { StreamEvent } from "./interpreter.ts";
import type { Platform } from "./platform.ts";
import type { SSEConnectOptions } from "./types.ts";

/** An event as it came from the hub: an application's or a system event. `data` is the text as sent. */
export interface RawEvent extends StreamEvent {
  /** Set where the event was too large and was skipped: how large it was. `data` is empty then. */
  readonly size?: number;
}

/** One attempt, ready to be made. */
export interface TransportRequest {
  /** The stream's endpoint, for `send` and `url`. */
  readonly path: string;
  readonly options: SSEConnectOptions;
  /** Resume after it. */
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
  readonly platform: Platform;
  /** Where a path of the hub is; a query that is appended to an endpoint's own joins it. */
  url(path: string): string;
  /**
   * Asks the hub, with the token, the service's headers and the signal. Rejects with an `SSEError` that carries the
   * problem's code and status unless the answer is a 2xx other than 204.
   */
  send(path: string, init?: RequestInit): Promise<Response>;
}

/** What a transport tells the loop. After the signal is aborted all of it is ignored. */
export interface TransportSink {
  /** The complete events of one network read, in order; once a read, for none too: it is a sign of life. */
  batch(events: readonly RawEvent[]): void;
  /** A `retry:` field, in milliseconds. */
  retry(ms: number): unknown;
}

/** Opens one stream. Resolves when it has ended, rejects with what went wrong; the loop decides what follows. */
export type Transport = (request: TransportRequest, sink: TransportSink) => Promise<void>;
