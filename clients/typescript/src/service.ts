/** What users hold: listeners, state and cursor of one stream, whatever carries it. */
import { onAbort } from "./abort.ts";
import { isAhead } from "./cursor.ts";
import { asError, SSEError } from "./errors.ts";
import { createHub } from "./hub.ts";
import { iterate } from "./iteration.ts";
import { matcher } from "./match.ts";
import type { Platform } from "./platform.ts";
import { nextState, type SSEConnectionState, type Told } from "./state.ts";
import type { RawEvent } from "./transport.ts";
import type {
  ErrorListener,
  EventsMatching,
  GapListener,
  SSEConnectOptions,
  SSEEvent,
  SSEServiceConfig,
  SSEStats,
  SSEToken,
  StandardSchema,
  StateListener,
  TokenReason,
  TypePattern,
  Unsubscribe,
} from "./types.ts";
import { createUpstream } from "./upstream.ts";

/** What an application may take to find a cursor; what the hub may take for an SSE token. */
const ATTEMPT_TIME = 10_000;

type Listener<Arguments extends unknown[]> = (...values: Arguments) => unknown;

/** Equal for options that ask for the same. */
const key = (options: SSEConnectOptions): string =>
  JSON.stringify(
    Object.entries({ ...options, signal: 0 })
      .filter(([, value]) => value != null)
      .sort(),
  );

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** A stream of a hub's events, kept up for as long as it is wanted. Making one does nothing until `connect()`. */
// biome-ignore lint/suspicious/noExplicitAny: so that a service of whatever events is a service; data is `unknown` all the same.
export class SSEService<Events = any> {
  /** Where it stands; `onStateChange` tells of changes. */
  readonly state: SSEConnectionState = "idle";
  /** The cursor: what it would resume from. */
  declare readonly lastEventId: string | undefined;
  /** Counts since it was made. */
  readonly stats: Readonly<SSEStats> = {
    attempts: 0,
    failures: 0,
    reconnections: 0,
    meanReconnectionTime: 0,
    gaps: 0,
    authenticationErrors: 0,
  };

  /**
   * Opens the stream and keeps it up. Resolves at the first `hello`; rejects with an `SSEError` only by abort, by
   * `disconnect()`, or where the answer is final. Nobody needs to await it.
   *
   * Called again with equal options it joins what is under way. With others the stream is opened anew from the cursor.
   */
  declare readonly connect: (options?: SSEConnectOptions) => Promise<void>;
  /** Opens the stream anew at once, with the same options, from the cursor; also out of `error` and `closed`. */
  declare readonly reconnect: () => Promise<void>;
  /** Ends the stream. The cursor stays, for the next `connect()`, unless it is to be forgotten, in the store too. */
  declare readonly disconnect: (options?: { forget?: boolean }) => void;
  /** Calls the listener with each event that one of the patterns matches, in order; once for each event. */
  declare readonly on: <const Pattern extends TypePattern<Events>>(
    types: Pattern | readonly Pattern[],
    listener: (event: EventsMatching<Events, Pattern>) => void,
  ) => Unsubscribe;
  /**
   * The same to iterate over, from this call on and across reconnections. It ends by the signal and when the service is
   * closed; it throws the error that is final, or `overflow` where the reader is 1,000 events behind.
   */
  declare readonly events: <const Pattern extends TypePattern<Events>>(
    types: Pattern | readonly Pattern[],
    options?: { signal?: AbortSignal },
  ) => AsyncGenerator<EventsMatching<Events, Pattern>, void, void>;
  /** Told of failures that are retried, of the final one, and of events and listeners that failed. */
  declare readonly onError: (listener: ErrorListener) => Unsubscribe;
  declare readonly onStateChange: (listener: StateListener) => Unsubscribe;
  /** Told where events may be missing, before the next one. */
  declare readonly onGap: (listener: GapListener) => Unsubscribe;
  /** Called once after the events of a network read have been handed to their listeners: the moment to render. */
  declare readonly onBatch: (listener: () => void) => Unsubscribe;
  /** Exchanges the access token for an SSE token of the hub's; asks for a fresh access token once, after a 401. */
  declare readonly createSSEToken: () => Promise<SSEToken>;

  constructor(config: SSEServiceConfig<Events>) {
    const self = this as Writable<this>;
    const {
      baseURL,
      platform = globalThis as Platform,
      crossTab,
      cursorStore,
      debug,
      schemas,
    } = config as SSEServiceConfig;
    const stats = self.stats as SSEStats;
    const hub = createHub(config as SSEServiceConfig, platform);
    const [post, forgetToken] = hub;

    let options: SSEConnectOptions = {};
    /** Settles when `connected` is reached, or can't be any more. */
    let connected: Promise<void>;
    let resolve: () => void;
    let reject: ((error: unknown) => void) | undefined;
    let lostAt: number;
    /** What was under way before a `disconnect()` stops there. */
    let closings = 0;

    const isOpen = () => /ing|ted/.test(self.state);

    /** Code of the application may throw, or reject: that is reported, and stops nothing. */
    const guard = async (code: string, call: () => unknown, message?: string) => {
      try {
        await call();
      } catch (cause) {
        code ? report(new SSEError(code, { cause, message })) : console.error(cause);
      }
    };

    /** What it settles with, or a `timeout`. */
    const inTime = <Result>(result: Result): Promise<Awaited<Result>> => {
      let timer: unknown;
      const late = new Promise<never>((_, fail) => {
        timer = platform.setTimeout(() => fail(new SSEError("timeout")), ATTEMPT_TIME);
      });
      return Promise.race([result, late]).finally(() => platform.clearTimeout(timer));
    };

    /** Makes the way to listen that has this name, and gives the way to tell those who do; it says whether there are any. */
    const emitter = <Arguments extends unknown[]>(name: string, code = "listener") => {
      const listeners = new Set<Listener<Arguments>>();
      const listen = (listener: Listener<Arguments>): Unsubscribe => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      };
      (self as Record<string, unknown>)[name] = listen;
      return (...values: Arguments) => {
        for (const listener of [...listeners]) if (listeners.has(listener)) guard(code, () => listener(...values));
        return listeners.size;
      };
    };

    const tellEvent = emitter<[SSEEvent]>("on");
    const tellBatch = emitter<[]>("onBatch");
    const tellError = emitter<Parameters<ErrorListener>>("onError", "");
    const tellState = emitter<Parameters<StateListener>>("onStateChange");
    const tellGap = emitter<Parameters<GapListener>>("onGap");
    const listen = self.on as unknown as (listener: Listener<[SSEEvent]>) => Unsubscribe;

    /** An error that is not about an attempt, and that nobody listens for, stands in the console at least. */
    const report = (error: SSEError) => {
      guard("", () => debug?.(error.message, error));
      tellError(error) || error.attempt || console.error(error);
    };

    const become = (told: Told, error?: SSEError) => {
      const previous = self.state;
      const state = nextState(previous, told);
      if (state === previous) return;
      self.state = state;
      const now = platform.Date.now();
      if (state === "connected") {
        if (previous === "reconnecting")
          stats.meanReconnectionTime += (now - lostAt - stats.meanReconnectionTime) / ++stats.reconnections;
        resolve();
      } else if (isOpen()) {
        lostAt = now;
        connected = new Promise((resolved, rejected) => {
          resolve = resolved;
          reject = rejected;
        });
        connected.catch(() => {});
      } else reject?.(error);
      tellState(state, previous, error);
      if (error?.attempt) report(error);
    };

    const hand = ({ type, data: raw, id, size }: RawEvent) =>
      guard(
        size ? "oversize" : "invalid",
        () => {
          if (size) throw size;
          let data: unknown = raw;
          try {
            data = JSON.parse(raw);
          } catch {
            // Text, then.
          }
          const result = (schemas as Record<string, StandardSchema> | undefined)?.[type]?.["~standard"]?.validate(data);
          if (result) {
            if (!("value" in result) || result.issues) throw result;
            data = result.value;
          }
          tellEvent({ type, data, id, raw });
        },
        `${type} ${id}`,
      );

    const dispatch = (events: readonly RawEvent[]) => {
      const before = closings;
      for (const event of events) {
        const { type, id } = event;
        const gap = type === "gap" && JSON.parse(event.data);
        const ahead = isAhead(id, self.lastEventId);
        if (gap.reason === "unknown_id" || (ahead ?? (gap || type === "hello" || !self.lastEventId)))
          self.lastEventId = id;
        if (gap) {
          stats.gaps++;
          tellGap(gap);
        } else if (ahead !== false && !/^(hello|ping|reauth|bye)$/.test(type)) hand(event);
        // A listener has disconnected: what follows is for the next connection.
        if (before !== closings) break;
      }
      tellBatch();
      if (self.lastEventId) guard("cursor_store", () => cursorStore?.save(self.lastEventId as string));
    };

    const direct = createUpstream(config as SSEServiceConfig, hub, stats);
    const source = (crossTab?.(direct) ?? direct)({
      baseURL,
      platform,
      cursor: () => self.lastEventId,
      batch: dispatch,
      state: become,
      error: report,
    });

    const open = async (wanted: SSEConnectOptions) => {
      const before = closings;
      options = wanted;
      self.lastEventId ||= wanted.lastEventId;
      become("connecting");
      // Not at once, even without a store: whoever disconnects or aborts in the same task has asked for nothing.
      await guard("cursor_store", async () => {
        const stored = self.lastEventId || (await inTime(cursorStore?.load()));
        if (before === closings) self.lastEventId ||= stored || undefined;
      });
      if (before === closings && options === wanted) source.open(wanted);
    };

    const close = (code: string, cause?: unknown) => {
      closings++;
      source.close();
      become("closed", new SSEError(code, { retryable: false, cause }));
    };

    self.connect = (wanted = {}) => {
      const { signal } = wanted;
      if (!isOpen() || key(wanted) !== key(options)) open(wanted);
      const inForce = options;
      onAbort(signal, () => inForce === options && close("aborted", (signal as AbortSignal).reason));
      return connected;
    };

    self.reconnect = () => {
      open(options);
      return connected;
    };

    self.disconnect = ({ forget } = {}) => {
      close("disconnected");
      if (forget) {
        self.lastEventId = undefined;
        forgetToken();
        guard("cursor_store", () => cursorStore?.clear());
      }
    };

    self.on = (types, listener) => {
      const matches = matcher(types);
      return listen((event) => matches(event.type) && listener(event as Parameters<typeof listener>[0]));
    };

    self.events = iterate(self);

    self.createSSEToken = () => {
      const asking = new AbortController();
      const ask = async (reason: TokenReason) => (await post("api/v1/auth/sse-token", reason, asking.signal)).json();
      const asked = ask("connect").catch((error) => {
        if (error.status === 401) return ask("refresh");
        throw error;
      });
      return inTime(asked).catch((error) => {
        asking.abort();
        throw asError(error);
      });
    };
  }
}
