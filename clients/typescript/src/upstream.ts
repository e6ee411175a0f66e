/** The direct source: one connection at a time, and all that keeps it up. */
import { onAbort } from "./abort.ts";
import { FIRST_BASE, nextBase, wait } from "./backoff.ts";
import { asError, SSEError, type SSEErrorOptions } from "./errors.ts";
import { fetchTransport } from "./fetch-transport.ts";
import { HeartbeatMonitor } from "./heartbeat.ts";
import { type Hub, POST } from "./hub.ts";
import type { SourceFactory } from "./source.ts";
import type { RawEvent } from "./transport.ts";
import type { SSEConnectOptions, SSEServiceConfig, SSEStats, TokenReason } from "./types.ts";

/** From asking for a token to `hello`. */
const ATTEMPT_TIME = 10_000;
/** A connection that lasted so long is followed by as short a wait as the first one. */
const STEADY = 10_000;

export const createUpstream =
  (
    { transport = fetchTransport, heartbeatTimeout, getAccessToken }: SSEServiceConfig,
    [send, accessToken, streamToken, url]: Hub,
    stats: SSEStats,
  ): SourceFactory =>
  (host) => {
    const { platform } = host;
    let base = FIRST_BASE;
    /** One `open()`; it lasts through all its connections, until it is aborted. */
    let newest: AbortController | undefined;
    /** The one that read the cursor last: what others still bring is not for them to hand on. */
    let reader: AbortController;

    const setBase = (retry: number) => {
      base = nextBase(base, retry);
    };

    const keepUp = async (run: AbortController, options: SSEConnectOptions, older?: AbortController) => {
      let reason: TokenReason = "connect";
      let failures = 0;
      let hidden = false;
      let connectedAt: number | undefined;
      let monitor: HeartbeatMonitor | undefined;
      /** What is being waited for: aborting it ends the wait. */
      let current: AbortController;

      const stopOlder = () => {
        older?.abort();
        // Let go of, or every change of options would hold on to all before it.
        older = undefined;
      };

      /** What it was aborted with: `timeout` after so long without a `hello`. */
      const aborted = async (ms?: number, begin?: (wait: AbortController) => void) => {
        const wait = new AbortController();
        current = wait;
        connectedAt = undefined;
        const timer = ms && platform.setTimeout(() => connectedAt || wait.abort(new SSEError("timeout")), ms);
        begin?.(wait);
        await new Promise<void>((resolve) => onAbort(wait.signal, resolve));
        platform.clearTimeout(timer);
        return wait.signal.reason;
      };

      /** From the token to the end of the stream, with which it aborts the connection. */
      const attempt = async (connection: AbortController) => {
        const { signal } = connection;
        const end = (code: string, details?: SSEErrorOptions) => connection.abort(new SSEError(code, details));
        let connectionId: string;

        const reauthenticate = async () => {
          try {
            const token = await accessToken("reauth", signal);
            await send(`api/v1/connections/${connectionId}/token`, token, signal, POST);
          } catch (error) {
            const { code } = error as SSEError;
            if (code === "signed_out") connection.abort(error);
            // A 204 is what is hoped for. Where the hub refuses, it ends the stream, and a fresh token opens the next.
            if (code === "token_failed" && !signal.aborted) host.error(error as SSEError);
          }
        };

        const batch = (events: readonly RawEvent[]) => {
          let bye: { reason: string; reconnect: boolean; retry_ms: number } | undefined;
          for (const { type, data } of events) {
            if (signal.aborted) return;
            if (type === "hello") {
              const hello = JSON.parse(data);
              connectionId = hello.connection_id;
              setBase(hello.retry_ms);
              monitor = new HeartbeatMonitor(
                { expectedInterval: hello.heartbeat_ms, timeout: heartbeatTimeout, onTimeout: () => end("silence") },
                platform,
              );
              connectedAt = platform.Date.now();
              reason = "connect";
              stopOlder();
              if (newest === run) host.state("connected");
            }
            if (type === "reauth" && getAccessToken) reauthenticate();
            if (type === "bye") bye = JSON.parse(data);
          }
          if (!signal.aborted && reader === run) host.batch(events);
          if (!bye) return;
          setBase(bye.retry_ms);
          if (bye.reason === "token_expired") reason = "refresh";
          end("bye", { message: bye.reason, retryable: bye.reconnect });
        };

        try {
          const token = await streamToken(reason, signal);
          if (signal.aborted) return;
          if (newest === run) reader = run;
          await transport(
            {
              path: options.endpoint ?? "api/v1/events/stream",
              options,
              cursor: host.cursor(),
              signal,
              platform,
              url,
              send: (path, init) => send(path, token, signal, init),
            },
            { activity: () => monitor?.recordHeartbeat(), batch, retry: (ms) => signal.aborted || setBase(ms) },
          );
          end("ended");
        } catch (error) {
          connection.abort(error);
        }
      };

      const { signal } = run;
      onAbort(signal, () => {
        stopOlder();
        current?.abort();
      });
      for (const type of ["pagehide", "pageshow", "online", "visibilitychange", "resume"])
        platform.addEventListener?.(
          type,
          () => {
            const hides = type === "pagehide";
            if (hides || (hidden && type === "pageshow")) {
              hidden = hides;
              current.abort();
            } else monitor?.check();
          },
          { capture: true, signal },
        );

      while (!signal.aborted) {
        if (newest === run) host.state("connecting");
        if (hidden) {
          await aborted();
          continue;
        }
        stats.attempts++;
        const error = asError(await aborted(ATTEMPT_TIME, attempt));
        const { code, status } = error;
        monitor?.destroy();
        stopOlder();
        if (newest !== run) return;
        if (hidden) continue;
        if (status === 401 && reason === "connect") {
          reason = "refresh";
          continue;
        }
        if (!connectedAt) stats.failures++;
        else if (platform.Date.now() - connectedAt >= STEADY) failures = 0;
        if (status === 401) stats.authenticationErrors++;
        error.attempt = failures + 1;
        if (!error.retryable) {
          run.abort();
          return host.state(code === "bye" ? "closed" : "error", error);
        }
        host.state("connecting");
        if (code !== "bye") host.error(error);
        if (!signal.aborted) await aborted(wait(base, failures++, platform.Math.random()) + error.retryAfter);
      }
    };

    return {
      open(options) {
        const older = newest;
        newest = new AbortController();
        keepUp(newest, options, older);
      },
      close() {
        newest?.abort();
        newest = undefined;
      },
    };
  };
