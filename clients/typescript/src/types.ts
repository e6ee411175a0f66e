/** The package's public types. Times are milliseconds unless a name says otherwise. */
import type { SSEError } from "./errors.ts";
import type { Platform } from "./platform.ts";
import type { CrossTab } from "./source.ts";
import type { SSEConnectionState } from "./state.ts";
import type { Transport } from "./transport.ts";

/** An application event as listeners get it. */
export interface SSEEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  /** What was published: parsed as JSON or, where it isn't JSON, the text. */
  readonly data: Data;
  /** The event's cursor, which `lastEventId` takes. */
  readonly id: string;
  /** The text as it was sent. */
  readonly raw: string;
}

/** A type pattern as a template type: `*` and a last `**` stand for any text, which is wider than at run time. */
type Template<Pattern extends string> = Pattern extends `${infer Head}*${infer Tail}`
  ? `${Head}${string}${Template<Tail extends `*${infer Rest}` ? Rest : Tail>}`
  : Pattern;

type Declared<Events, Pattern extends string> = {
  [Type in keyof Events & string]: Type extends Template<Pattern>
    ? SSEEvent<Type, unknown extends Events[Type] ? unknown : Events[Type]>
    : never;
}[keyof Events & string];

/**
 * The events that a pattern matches: the union of the declared ones, discriminated by `type`; for a pattern that matches
 * none of them, an event with unknown data.
 */
export type EventsMatching<Events, Pattern extends string> = [Declared<Events, Pattern>] extends [never]
  ? SSEEvent
  : Declared<Events, Pattern>;

/** Declared types complete in editors; any other pattern is accepted too. */
export type TypePattern<Events> = (keyof Events & string) | (string & {});

/** Why a token is asked for. After `refresh` (the last one was refused) and `reauth` (it is about to end) a cached one won't do. */
export type TokenReason = "connect" | "refresh" | "reauth";

export interface TokenRequest {
  readonly reason: TokenReason;
  /** Aborted when nobody waits for the token any more. */
  readonly signal: AbortSignal;
}

/** The hub's answer to `POST /api/v1/auth/sse-token`, as it stands. */
export interface SSEToken {
  readonly sse_token: string;
  /** RFC 3339, by the hub's clock. */
  readonly expires_at?: string;
  /** Seconds from the answer, which the local clock counts. */
  readonly expires_in: number;
}

/** Where the cursor outlives a reload. Each member may be asynchronous; what it throws is reported and stops nothing. */
export interface CursorStore {
  /** The cursor that was saved for this user, if any. */
  load(): string | null | undefined | Promise<string | null | undefined>;
  /** Called once a network read, after its listeners have returned. */
  save(cursor: string): unknown;
  /** Called by `disconnect({ forget: true })`. */
  clear(): unknown;
}

/** The part of Standard Schema v1 (https://standardschema.dev) that is used: Zod, Valibot, ArkType and others have it. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** @internal */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<{ readonly message: string }> };

export interface SSEServiceConfig<Events = Record<string, unknown>> {
  /** The hub's address; a path stays before every endpoint. Relative to the page, where there is one. */
  readonly baseURL: string | URL;
  /**
   * The application's access token; asked for before each attempt. `null`: signed out, which is final. A throw is reported
   * and tried again.
   */
  readonly getAccessToken?: (request: TokenRequest) => string | null | Promise<string | null>;
  /** Opens streams with SSE tokens instead (from a backend that asks the hub for them); one is reused until shortly before its end. */
  readonly getSSEToken?: (request: TokenRequest) => SSEToken | null | Promise<SSEToken | null>;
  /** `fetch` by default; `eventSourceTransport()` from `@tidings/client/eventsource` is the other. */
  readonly transport?: Transport;
  /** Silence after which a connection is taken for dead; by default the hub's heartbeat and 10 s. */
  readonly heartbeatTimeout?: number;
  /** `shareTabs({ key })` from `@tidings/client/cross-tab`: one connection for all tabs. */
  readonly crossTab?: CrossTab;
  /** Validators by event type; an invalid event goes to `onError` and to no listener. */
  readonly schemas?: { readonly [Type in keyof Events]?: StandardSchema<Events[Type]> };
  readonly cursorStore?: CursorStore;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Sent with each request of the client's. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told what happens, for people; never a token. */
  readonly debug?: (message: string, detail?: unknown) => void;
  /** @internal Clock, randomness, timers and page of a test. */
  readonly platform?: Platform;
}

/** What is asked of the hub. */
export interface SSEConnectOptions {
  /** Appended to `baseURL`'s path; `/api/v1/events/stream` by default. */
  readonly endpoint?: string;
  /** Type patterns; absent: every type. */
  readonly eventTypes?: readonly string[];
  /** Channels or patterns that the token allows; absent: what is for the user and for everyone. */
  readonly channels?: readonly string[];
  /** Labels on the connection, shown to operators. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Where to resume, if the service holds no cursor of its own yet: one that came with a snapshot. */
  readonly lastEventId?: string;
  /** Where there is no cursor, start back there: an age (`15m`), an RFC 3339 time, or `earliest`. */
  readonly since?: string;
  /** Aborting it disconnects, for as long as these options are in force. */
  readonly signal?: AbortSignal;
}

/** Events may be missing between two cursors: fetch what they would have told. */
export interface SSEGap {
  readonly reason: "retention" | "epoch" | "unknown_id";
  /** The last position before it; `null` where the hub doesn't know. */
  readonly from: string | null;
  /** The position after which the stream goes on. */
  readonly to: string;
}

/** Counted since the service was made. */
export interface SSEStats {
  /** Connections that were tried. */
  attempts: number;
  /** Those that did not reach `hello`, without a 401 that a refresh cured. */
  failures: number;
  /** Returns to `connected` after a loss. */
  reconnections: number;
  /** Mean time from noticing a loss to `connected`; 0 before the first. */
  meanReconnectionTime: number;
  gaps: number;
  /** 401s that a refresh did not cure. */
  authenticationErrors: number;
}

export interface HeartbeatConfig {
  /** How often the other side is heard at least; 15 s by default. */
  readonly expectedInterval?: number | undefined;
  /** Silence that is death; `expectedInterval` and 10 s by default. */
  readonly timeout?: number | undefined;
  /** Called once a silence. */
  readonly onTimeout: () => void;
}

/** Takes a listener away again; calling it twice does nothing. */
export type Unsubscribe = () => void;

export type ErrorListener = (error: SSEError) => void;
/** `error` says why, where the state is `error` or `closed`. */
export type StateListener = (state: SSEConnectionState, previous: SSEConnectionState, error?: SSEError) => void;
export type GapListener = (gap: SSEGap) => void;
