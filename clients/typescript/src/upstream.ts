/** The direct source: one connection at a time, and all that keeps it up. */
import { onAbort } from "./abort.ts";
import { baseFor, FIRST_BASE, longestWait } from "./backoff.ts";
import { asError, SSEError, type SSEErrorOptions } from "./errors.ts";
import { fetchTransport } from "./fetch-transport.ts";
import { HeartbeatMonitor } from "./heartbeat.ts";
import type { Hub } from "./hub.ts";
import type { SourceFactory } from "./source.ts";
import type { RawEvent } from "./transport.ts";
import type { SSEConnectOptions, SSEServiceConfig, SSEStats, TokenReason } from "./types.ts";

/** From asking for a token to `hello`. */
const ATTEMPT_TIME = 10_000;
/** A connection that lasted so long is followed by as short a wait as the first one. */
const STEADY = 10_000;
/** How often a page that was left looks whether it still is: about as seldom as a timer can. */
const AWAY = 1e9;

export const createUpstream =
  (
    { transport = fetchTransport, heartbeatTimeout, getAccessToken }: SSEServiceConfig,
    [post, , stream, url]: Hub,
    stats: SSEStats,
  ): SourceFactory =>
  (host) => {
    const { platform } = host;
    let base = FIRST_BASE;
    /** The newest stage: an attempt with its connection, or a wait. One that isn't it any more is followed by nothing. */
    let current: AbortController | undefined;
    /** The one that had a `hello` last; it stays until a newer one has its own, or has failed. */
    let live: AbortController | undefined;
    /** The one that read the cursor last: what others still bring is not for them to hand on. */
    let reader: AbortController;

    const setBase = (retry: number) => {
      base = baseFor(retry) || base;
    };

    /** All attempts and waits until the next one. */
    const open = (options: SSEConnectOptions) => {
      const superseded = current;
      let reason: TokenReason = "connect";
      let failures = 0;
      let hidden = false;
      let connectedAt: number | undefined;
      let monitor: HeartbeatMonitor;

      /** Ends a stage with this error after so much silence, which is by default the expected interval and some. */
      const watch = (stage: AbortController, code: string, timeout?: number, expectedInterval?: number) => {
        monitor?.destroy();
        monitor = new HeartbeatMonitor(
          { expectedInterval, timeout, onTimeout: () => stage.abort(new SSEError(code)) },
          platform,
        );
      };

      /** Begins a stage with its work. It lasts until it is aborted, at the latest after so long, and is followed by the next. */
      const begin = (ms: number, work: (stage: AbortController) => unknown, next: (reason: unknown) => void) => {
        const stage = new AbortController();
        const { signal } = stage;
        current = stage;
        watch(stage, "timeout", ms);
        for (const type of ["resume", "online", "visibilitychange", "pageshow", "pagehide"])
          platform.addEventListener?.(
            type,
            () => {
              const hides = type === "pagehide";
              if (hidden === hides || !/^page/.test(type)) return monitor.check();
              hidden = hides;
              stage.abort();
            },
            { capture: true, signal },
          );
        onAbort(signal, () => {
          monitor.destroy();
          if (current !== stage) return;
          live?.abort();
          next(signal.reason);
        });
        host.state("connecting");
        if (!signal.aborted) work(stage);
      };

      const attempt = () => {
        connectedAt = undefined;
        hidden ? begin(AWAY, () => {}, attempt) : begin(ATTEMPT_TIME, connect, follow);
      };

      /** From the token to the end of the stream, with which it aborts the stage. */
      const connect = async (stage: AbortController) => {
        const { signal } = stage;
        const end = (code: string, details?: SSEErrorOptions) => stage.abort(new SSEError(code, details));
        let connectionId: string;

        const batch = (events: readonly RawEvent[]) => {
          if (signal.aborted) return;
          if (connectedAt) monitor.recordHeartbeat();
          let bye: { reason: string; reconnect: boolean; retry_ms: number } | undefined;
          for (const { type, data } of events) {
            if (type === "hello") {
              const hello = JSON.parse(data);
              connectionId = hello.connection_id;
              setBase(hello.retry_ms);
              watch(stage, "silence", heartbeatTimeout, hello.heartbeat_ms);
              connectedAt = platform.Date.now();
              reason = "connect";
              if (current === stage) {
                live?.abort();
                live = stage;
                host.state("connected");
              }
            }
            if (type === "reauth" && getAccessToken)
              post(`api/v1/connections/${connectionId}/token`, "reauth", signal).catch((error) => {
                const { code } = error;
                if (code === "signed_out") stage.abort(error);
                // A 204 is what is hoped for. Where the hub refuses, it ends the stream, and a fresh token opens the next.
                if (code === "token_failed" && !signal.aborted) host.error(error);
              });
            if (type === "bye") bye = JSON.parse(data);
          }
          if (!signal.aborted && reader === stage && events[0]) host.batch(events);
          if (!bye) return;
          setBase(bye.retry_ms);
          if (bye.reason === "token_expired") reason = "refresh";
          end("bye", { message: bye.reason, retryable: bye.reconnect });
        };

        stats.attempts++;
        try {
          const send = await stream(reason, signal);
          if (current !== stage) return;
          reader = stage;
          await transport(
            {
              path: options.endpoint ?? "api/v1/events/stream",
              options,
              cursor: host.cursor(),
              signal,
              platform,
              url,
              send,
            },
            {
              batch,
              retry: (ms) => signal.aborted || setBase(ms),
            },
          );
          end("ended");
        } catch (error) {
          stage.abort(error);
        }
      };

      /** What follows an attempt, by what it ended with. */
      const follow = (cause: unknown) => {
        const error = asError(cause);
        const { code, status } = error;
        if (hidden) return attempt();
        if (status === 401 && reason === "connect") {
          reason = "refresh";
          return attempt();
        }
        if (!connectedAt) stats.failures++;
        else if (platform.Date.now() - connectedAt >= STEADY) failures = 0;
        if (status === 401) stats.authenticationErrors++;
        error.attempt = failures + 1;
        if (!error.retryable) return host.state(code === "bye" ? "closed" : "error", error);
        begin(
          platform.Math.random() * longestWait(base, failures++) + (error.wait || 0),
          () => code === "bye" || host.error(error),
          attempt,
        );
      };

      attempt();
      // Without a `hello` it has nothing that the new one lacks.
      if (superseded !== live) superseded?.abort();
    };

    const close = () => {
      const stage = current;
      current = undefined;
      stage?.abort();
      live?.abort();
    };

    return { open, close };
  };
