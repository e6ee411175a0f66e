/** The direct source: one connection at a time, and all that keeps it up. */
import { createBackoff } from "./backoff.ts";
import { asError, SSEError } from "./errors.ts";
import { fetchTransport } from "./fetch-transport.ts";
import { HeartbeatMonitor } from "./heartbeat.ts";
import type { Hub } from "./hub.ts";
import type { SourceFactory } from "./source.ts";
import type { RawEvent } from "./transport.ts";
import type { SSEConnectOptions, SSEServiceConfig, SSEStats, TokenReason } from "./types.ts";

/** From asking for a token to `hello`. */
const ATTEMPT_TIME = 10_000;

/** One `open()`: it lasts through all its connections, until it is aborted. */
interface Run extends AbortController {
  /** It has had a `hello`, so that it is worth keeping until a newer one has its own. */
  connected?: boolean;
  /** A newer one has read the cursor: what this one still brings is not for it to hand on. */
  superseded?: boolean;
}

export const createUpstream =
  (
    { transport = fetchTransport, heartbeatTimeout, getAccessToken }: SSEServiceConfig,
    hub: Hub,
    stats: SSEStats,
  ): SourceFactory =>
  (host) => {
    const { platform } = host;
    const backoff = createBackoff(platform);
    /** The newest is the last. */
    let runs: Run[] = [];

    const stop = (others: Run[], kept: Run[]) => {
      runs = kept;
      for (const run of others) run.abort();
    };

    const keepUp = async (run: Run, options: SSEConnectOptions) => {
      let reason: TokenReason = "connect";
      let refreshed = false;
      let failures = 0;
      let hidden = false;
      let connectedAt: number | undefined;
      let monitor: HeartbeatMonitor | undefined;
      /** Cuts short what is being waited for. */
      let interrupt = () => {};

      const isNewest = () => runs.at(-1) === run;

      const wait = (ms?: number) =>
        new Promise<void>((resolve) => {
          const timer = ms && platform.setTimeout(resolve, ms);
          interrupt = () => {
            platform.clearTimeout(timer);
            resolve();
          };
        });

      /** From the token to the end of the stream; rejects with what ends it, unless that is its plain end. */
      const attempt = async () => {
        const connection = new AbortController();
        const { signal } = connection;
        const end = (code: string, message?: string, retryable = true) =>
          connection.abort(new SSEError(code, message, { retryable }));
        let connectionId: string;

        const system: Record<string, (data: any) => void> = {
          hello({ connection_id, heartbeat_ms, retry_ms }) {
            connectionId = connection_id;
            platform.clearTimeout(deadline);
            monitor = new HeartbeatMonitor(
              { expectedInterval: heartbeat_ms, timeout: heartbeatTimeout, onTimeout: () => end("silence") },
              platform,
            );
            connectedAt = platform.Date.now();
            backoff.setBase(retry_ms);
            reason = "connect";
            refreshed = false;
            failures = 0;
            run.connected = true;
            if (isNewest()) {
              stop(runs.slice(0, -1), [run]);
              host.state("connected");
            }
          },
          async reauth() {
            try {
              const token = getAccessToken && (await hub.accessToken("reauth", signal));
              const url = hub.endpoint(`api/v1/connections/${connectionId}/token`);
              if (token) await hub.send(url, token, { method: "POST", signal });
            } catch (cause) {
              const { code } = cause as SSEError;
              if (code === "signed_out") connection.abort(cause);
              // Where the hub refuses, it ends the stream too, and a fresh token opens the next.
              else if (code === "token_failed" && !signal.aborted) host.error(cause as SSEError);
            }
          },
          bye(data) {
            backoff.setBase(data.retry_ms);
            if (data.reason === "token_expired") reason = "refresh";
            end("bye", data.reason, data.reconnect);
          },
        };

        const batch = (events: readonly RawEvent[]) => {
          const tell = (types: RegExp) => {
            for (const { type, data } of events)
              if (types.test(type) && !signal.aborted) system[type]?.(JSON.parse(data));
          };
          tell(/^hello$/);
          if (!signal.aborted && !run.superseded) host.batch(events);
          tell(/^(reauth|bye)$/);
        };

        const open = async () => {
          const token = await hub.streamToken(reason, signal);
          if (signal.aborted) return;
          if (isNewest())
            for (const other of runs.slice(0, -1)) {
              other.superseded = true;
              if (!other.connected) other.abort();
            }
          await transport(
            {
              url: hub.endpoint(options.endpoint ?? "api/v1/events/stream"),
              options,
              cursor: host.cursor(),
              signal,
              platform,
              send: (url, init) => hub.send(url, token, { ...init, signal }),
              endpoint: hub.endpoint,
            },
            {
              activity: () => monitor?.recordHeartbeat(),
              batch,
              retry: (ms) => signal.aborted || backoff.setBase(ms),
            },
          );
        };

        const deadline = platform.setTimeout(() => end("timeout", "no hello within 10 s"), ATTEMPT_TIME);
        interrupt = () => end("hidden");
        try {
          await Promise.race([
            open(),
            new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
          ]);
          throw new SSEError("ended");
        } finally {
          platform.clearTimeout(deadline);
          monitor?.destroy();
          connection.abort();
        }
      };

      const { signal } = run;
      signal.addEventListener("abort", () => interrupt());
      for (const type of ["pagehide", "pageshow", "online", "visibilitychange", "resume"])
        platform.addEventListener?.(
          type,
          () => {
            const hides = type === "pagehide";
            if (hides || (hidden && type === "pageshow")) {
              hidden = hides;
              interrupt();
            } else monitor?.check();
          },
          { capture: true, signal },
        );

      for (;;) {
        if (isNewest()) host.state("connecting");
        while (hidden && !signal.aborted) await wait();
        if (signal.aborted) return;

        stats.attempts++;
        connectedAt = undefined;
        const error = asError(await attempt().catch((cause) => cause));
        const { code, status, retryable, retryAfter } = error;

        run.connected = false;
        if (signal.aborted || !isNewest()) return;
        stop(runs.slice(0, -1), [run]);
        if (code === "hidden") continue;
        if (connectedAt !== undefined) backoff.lasted(platform.Date.now() - connectedAt);
        if (status === 401 && !refreshed) {
          refreshed = true;
          reason = "refresh";
          continue;
        }
        if (connectedAt === undefined) stats.failures++;
        if (status === 401) stats.authenticationErrors++;
        error.attempt = ++failures;
        if (!retryable) {
          stop(runs, []);
          return host.state(code === "bye" ? "closed" : "error", error);
        }
        host.state("connecting");
        if (code !== "bye") host.error(error);
        if (!signal.aborted) await wait(backoff.next() + retryAfter);
      }
    };

    return {
      open(options) {
        const run: Run = new AbortController();
        runs.push(run);
        keepUp(run, options);
      },
      close() {
        stop(runs, []);
      },
    };
  };
