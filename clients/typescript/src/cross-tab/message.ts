/** What tabs say to each other. Another version of the package may be on the channel: what isn't understood is ignored. */
import { type RawEvent, type SourceHost, SSEError } from "@tidings/client";

/** Part of the names of lock and channel too, so that tabs that don't understand each other share nothing. */
export const PROTOCOL = 1;

/** What has become of the leader's connection. */
export type Told = Parameters<SourceHost["state"]>[0];

/** An error on its way: without its cause, which may hold anything. */
type ErrorMessage = Omit<SSEError, "cause"> & { readonly cause: undefined };

export interface Body {
  /** The asker's cursor, or nothing: a tab wants a word from the leader, and what it lacks from whoever has it. */
  ask?: string;
  /** What follows `from`. Without events, in a word of the leader's, its cursor. */
  from?: string | undefined;
  events?: readonly RawEvent[];
  /** The asker that this answers; for everybody where there is none. */
  to?: string;
  /** Only the leader says how its connection stands, and the rest. */
  state?: Told;
  hidden?: boolean | undefined;
  error?: ErrorMessage | undefined;
  /** How many tabs in a row could not get a token. */
  failures?: number;
}

export interface Message extends Body {
  protocol: typeof PROTOCOL;
  /** Who says it. */
  id: string;
  /** The leader's; of the others, the highest that they have heard of. */
  generation: number;
}

export const toMessage = (error: SSEError): ErrorMessage => ({ ...error, message: error.message, cause: undefined });

export const toError = (error: ErrorMessage): SSEError =>
  new SSEError(error.code, error as ConstructorParameters<typeof SSEError>[1]);

export const isMessage = (value: unknown): value is Message => {
  const {
    protocol,
    id,
    generation,
    ask = "",
    from = "",
    events = [],
    to = "",
    state = "closed",
    error = { code: "" },
    failures = 0,
  } = (value ?? {}) as Message;
  return (
    protocol === PROTOCOL &&
    // One more must still be a number of its own.
    [generation + 1, failures].every(Number.isSafeInteger) &&
    ["connecting", "connected", "error", "closed"].includes(state) &&
    Array.isArray(events) &&
    [id, ask, from, to, error?.code]
      .concat(...events.map((event) => [event?.type, event?.data, event?.id]))
      .every((text) => typeof text === "string")
  );
};
