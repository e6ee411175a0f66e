/** What users hold: listeners, state and cursor of one stream, whatever carries it. */
import { isAhead } from "./cursor.ts";
import { asError, SSEError } from "./errors.ts";
import { createHub } from "./hub.ts";
import { createIteration } from "./iteration.ts";
import { matcher } from "./match.ts";
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
  StandardResult,
  StandardSchema,
  StateListener,
  TokenReason,
  TypePattern,
  Unsubscribe,
} from "./types.ts";
import { createUpstream } from "./upstream.ts";

/** A listener in a box, so that one function may listen twice. */
type Listeners<Arguments extends unknown[]> = Set<{ readonly call: (...values: Arguments) => unknown }>;

/** `on`, `onError` and their like for a set of listeners. */
const subscription =
  <Arguments extends unknown[]>(listeners: Listeners<Arguments>) =>
  (call: (...values: Arguments) => unknown): Unsubscribe => {
    const entry = { call };
    listeners.add(entry);
    return () => void listeners.delete(entry);
  };

/** Equal for options that ask for the same. */
const key = (options: SSEConnectOptions): string =>
  JSON.stringify(
    Object.entries({ ...options, metadata: Object.entries({ ...options.metadata }).sort(), signal: 0 }).sort(),
  );

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** A stream of a hub's events, kept up for as long as it is wanted. Making one does nothing until `connect()`. */
export class SSEService<Events = Record<string, unknown>> {
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
  declare readonly createSSEToken: (options?: { signal?: AbortSignal }) => Promise<SSEToken>;

  constructor(config: SSEServiceConfig<Events>) {
    const self = this as Writable<this>;
    const { platform = globalThis, crossTab, cursorStore, debug, schemas } = config;
    const stats = this.stats as SSEStats;
    const untyped = config as SSEServiceConfig;
    const hub = createHub(untyped, platform);

    const eventListeners: Listeners<[SSEEvent]> = new Set();
    const batchListeners: Listeners<[]> = new Set();
    const errorListeners: Listeners<Parameters<ErrorListener>> = new Set();
    const stateListeners: Listeners<Parameters<StateListener>> = new Set();
    const gapListeners: Listeners<Parameters<GapListener>> = new Set();
    /** Those within, after the application's. */
    const watchers: Listeners<[]> = new Set();
    const watch = subscription(watchers);

    let options: SSEConnectOptions = {};
    /** Why it is in `error` or `closed`. */
    let ending: SSEError | undefined;
    let lostAt: number;
    /** What was under way before a `disconnect()` stops there. */
    let closings = 0;

    const isOpen = () => /ing|ted/.test(this.state);

    /** An error that is not about an attempt, and that nobody listens for, stands in the console at least. */
    const report = (error: SSEError) => {
      debug?.(error.message, error);
      if (!errorListeners.size && !error.attempt) console.error(error);
      for (const { call } of [...errorListeners]) {
        try {
          call(error);
        } catch (thrown) {
          console.error(thrown);
        }
      }
    };

    /** Code of the application may throw, or reject; both are reported and stop nothing. */
    const guard = async (code: string, call: () => unknown) => {
      try {
        await call();
      } catch (cause) {
        report(new SSEError(code, `${cause}`, { cause }));
      }
    };

    const tell = <Arguments extends unknown[]>(listeners: Listeners<Arguments>, ...values: Arguments) => {
      for (const entry of [...listeners]) if (listeners.has(entry)) guard("listener", () => entry.call(...values));
    };

    const become = (told: Told, error?: SSEError) => {
      const previous = this.state;
      const state = nextState(previous, told);
      if (state === previous) return;
      self.state = state;
      ending = error;
      const now = platform.Date.now();
      if (state === "reconnecting") lostAt = now;
      if (state === "connected" && previous === "reconnecting")
        stats.meanReconnectionTime += (now - lostAt - stats.meanReconnectionTime) / ++stats.reconnections;
      tell(stateListeners, state, previous);
      if (state === "error") report(error as SSEError);
      tell(watchers);
    };

    const hand = ({ type, data: raw, id, size }: RawEvent) => {
      let data: any = raw;
      try {
        if (size) throw new SSEError("oversize", `${type} ${id} has ${size} bytes`);
        try {
          data = JSON.parse(raw);
        } catch {
          // Text, then.
        }
        const result = (schemas as Record<string, StandardSchema> | undefined)?.[type]?.["~standard"].validate(data);
        if (result) {
          if (!("value" in result)) throw (result as StandardResult<unknown>).issues;
          data = result.value;
        }
      } catch (cause) {
        return report(
          cause instanceof SSEError
            ? cause
            : new SSEError("invalid", `${type} ${id} does not pass its schema`, { cause }),
        );
      }
      tell(eventListeners, { type, data, id, raw });
    };

    const dispatch = (events: readonly RawEvent[]) => {
      const before = closings;
      for (const event of events) {
        const { type, id } = event;
        const gap = type === "gap" && JSON.parse(event.data);
        const ahead = isAhead(id, self.lastEventId);
        if (ahead ?? (gap || type === "hello" || !self.lastEventId)) self.lastEventId = id;
        if (gap) {
          if (gap.reason === "unknown_id") self.lastEventId = id;
          stats.gaps++;
          tell(gapListeners, gap);
        } else if (ahead !== false && !/^(hello|ping|reauth|bye)$/.test(type)) hand(event);
        // A listener has disconnected: what follows is for the next connection.
        if (before !== closings) return;
      }
      tell(batchListeners);
      guard("cursor_store", () => cursorStore?.save(self.lastEventId as string));
    };

    const direct = createUpstream(untyped, hub, stats);
    const source = (crossTab?.(direct) ?? direct)({
      baseURL: `${config.baseURL}`,
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
      if (cursorStore && !self.lastEventId)
        await guard("cursor_store", async () => {
          const stored = await cursorStore.load();
          if (before === closings) self.lastEventId ||= stored ?? undefined;
        });
      if (before === closings && options === wanted) source.open(wanted);
    };

    const close = (code: string, cause?: unknown) => {
      closings++;
      source.close();
      become("closed", new SSEError(code, code, { retryable: false, cause }));
    };

    const connected = () => {
      const promise = new Promise<void>((resolve, reject) => {
        const look = () => {
          if (self.state === "connected") resolve();
          else if (!isOpen()) reject(ending);
          else return;
          unwatch();
        };
        const unwatch = watch(look);
        look();
      });
      promise.catch(() => {});
      return promise;
    };

    self.connect = (wanted = {}) => {
      const { signal } = wanted;
      if (!isOpen() || key(wanted) !== key(options)) open(wanted);
      const inForce = options;
      const abort = () => {
        if (inForce === options) close("aborted", signal?.reason);
      };
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
      return connected();
    };

    self.reconnect = () => {
      open(options);
      return connected();
    };

    self.disconnect = ({ forget } = {}) => {
      close("disconnected");
      if (forget) {
        self.lastEventId = undefined;
        guard("cursor_store", () => cursorStore?.clear());
      }
    };

    const on = subscription(eventListeners);
    self.on = (types, listener) => {
      const matches = matcher(types);
      return on((event) => matches(event.type) && listener(event as Parameters<typeof listener>[0]));
    };

    self.events = <Pattern extends TypePattern<Events>>(
      types: Pattern | readonly Pattern[],
      { signal }: { signal?: AbortSignal } = {},
    ) => {
      const iteration = createIteration<EventsMatching<Events, Pattern>>(() => {
        off();
        unwatch();
      });
      const off = this.on(types, iteration.push);
      const unwatch = watch(() => isOpen() || iteration.end(self.state === "error" ? ending : undefined));
      signal?.addEventListener("abort", () => iteration.end());
      if (signal?.aborted) iteration.end();
      return iteration.events;
    };

    self.onError = subscription(errorListeners);
    self.onStateChange = subscription(stateListeners);
    self.onGap = subscription(gapListeners);
    self.onBatch = subscription(batchListeners);

    self.createSSEToken = async ({ signal = new AbortController().signal } = {}) => {
      const ask = async (reason: TokenReason) =>
        (
          await hub.send(hub.endpoint("api/v1/auth/sse-token"), await hub.accessToken(reason, signal), {
            method: "POST",
            signal,
          })
        ).json();
      return ask("connect").catch((error) => {
        if (error.status !== 401) throw asError(error);
        return ask("refresh");
      });
    };
  }
}
