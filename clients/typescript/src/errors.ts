export interface SSEErrorOptions {
  /** The HTTP status, where there was an answer. */
  status?: number;
  /** False where trying again can't help: the service is in `error` or `closed` then. */
  retryable?: boolean;
  /** How many attempts in a row have failed with this one; 0 where it is not about an attempt. */
  attempt?: number;
  cause?: unknown;
  /** @internal What `Retry-After` asks for, in milliseconds. */
  retryAfter?: number;
}

/**
 * Whatever goes wrong.
 *
 * `code` is stable: the hub's own code of a problem document (`channel_forbidden`, `token_expired`, …; see
 * docs/protocol.md), `http_<status>` for an answer without one, or one of
 *
 * | code | |
 * |---|---|
 * | `network` | the connection could not be made, or broke off |
 * | `timeout` | an attempt took more than 10 s |
 * | `silence` | nothing was heard for too long |
 * | `content_type` | the answer is not an event stream |
 * | `ended` | the stream ended without a `bye` |
 * | `bye` | the hub ended it, with the reason as message |
 * | `token_failed` | `getAccessToken` or `getSSEToken` threw |
 * | `signed_out` | there is no token |
 * | `aborted`, `disconnected` | by the signal; by `disconnect()` |
 * | `oversize` | an event over 1 MiB was skipped |
 * | `overflow` | an iteration was read too slowly |
 * | `invalid` | an event does not pass its schema |
 * | `listener`, `cursor_store` | code of the application threw |
 */
export class SSEError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly retryable: boolean;
  attempt: number;
  /** @internal */
  readonly retryAfter: number;

  constructor(code: string, message: string, options: SSEErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "SSEError";
    this.code = code;
    this.status = options.status;
    this.retryable = options.retryable ?? true;
    this.attempt = options.attempt ?? 0;
    this.retryAfter = options.retryAfter ?? 0;
  }
}
