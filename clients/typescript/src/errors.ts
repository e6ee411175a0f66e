export interface SSEErrorOptions {
  /** What `cause` says by default, or the code. */
  readonly message?: string | undefined;
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** False where trying again can't help; true by default. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** @internal What `Retry-After` asks for, in milliseconds; not a number where it makes no sense. */
  readonly wait?: number;
}

/**
 * Whatever goes wrong.
 *
 * `code` is stable: the hub's own code of a problem document (`channel_forbidden`, `token_expired`, …; see
 * docs/protocol.md), `http_<status>` for an answer without one, or one of
 *
 * | code | |
 * |---|---|
 * | `network` | the connection could not be made, or broke off; see `cause` |
 * | `timeout` | an attempt took more than 10 s from token to `hello` |
 * | `silence` | nothing was heard for too long |
 * | `content_type` | the answer is not an event stream: is `baseURL` the hub's? |
 * | `ended` | the stream ended without a `bye` |
 * | `bye` | the hub ended it for good, with the reason as message |
 * | `token_failed` | `getAccessToken` or `getSSEToken` threw; see `cause` |
 * | `signed_out` | there is no token |
 * | `aborted`, `disconnected` | by the signal; by `disconnect()` |
 * | `oversize` | an event over 1 MiB was skipped: publish a reference instead |
 * | `overflow` | an iteration was read too slowly |
 * | `invalid` | an event does not pass its schema; `cause` holds the issues |
 * | `listener`, `cursor_store` | code of the application threw; see `cause` |
 */
export class SSEError extends Error {
  override readonly name: string = "SSEError";
  declare readonly code: string;
  declare readonly status: number | undefined;
  /** False: the service is in `error` or `closed`. */
  readonly retryable: boolean = true;
  /** Which failure in a row it is, since a connection that lasted 10 s; 0 where it is not about an attempt. */
  attempt = 0;
  /** @internal */
  declare readonly wait: number | undefined;

  constructor(code: string, { message, ...options }: SSEErrorOptions = {}) {
    super(message ?? `${options.cause ?? code}`, options);
    Object.assign(this, options, { code });
  }
}

/** What else is thrown comes from `fetch`. */
export const asError = (cause: unknown): SSEError =>
  cause instanceof SSEError ? cause : new SSEError("network", { cause });
