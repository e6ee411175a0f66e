/** What tabs say to each other. Another version of the package may be on the channel: what isn't understood is ignored. */
import type { RawEvent, SourceHost, SSEError } from "@tidings/client";

/** Part of the names of lock and channel too, so that tabs that don't understand each other share nothing. */
export const PROTOCOL = 1;

/** What has become of the leader's connection. */
export type Told = Parameters<SourceHost["state"]>[0];

/** An error on its way: without its cause, which may hold anything. */
type ErrorMessage = Omit<SSEError, "cause"> & { readonly cause: undefined };

/** How the leader stands; only it says so. */
export interface Word {
  /** One that isn't known counts as `connecting`. */
  state: Told;
  /** It is hidden and on its way to the hub, which a visible tab is quicker at. */
  slow: boolean;
  /** How many times in a row a tab could not get a token. */
  failures: number;
}

export interface Body {
  /** The asker's cursor, or nothing: a tab wants a word from the leader, and what it lacks from whoever has it. */
  ask?: string;
  /** What follows `from`. Without events, in the leader's word, its cursor. */
  from?: string | undefined;
  events?: readonly RawEvent[];
  /** The asker that this answers; for everybody where there is none. */
  to?: string;
  word?: Word | undefined;
  error?: ErrorMessage | undefined;
}

export interface Message extends Body {
  v: typeof PROTOCOL;
  /** Who says it. */
  id: string;
  /** The leader's; of the others, the highest that they have heard of. */
  generation: number;
}

export type SSEErrorOptions = NonNullable<ConstructorParameters<typeof SSEError>[1]>;

export const isMessage = (value: unknown): value is Message => {
  const {
    v,
    id,
    generation,
    ask = "",
    from = "",
    events = [],
    to = "",
    word = { failures: 0 },
    error = { code: "" },
  } = (value ?? {}) as Message;
  return (
    v === PROTOCOL &&
    // One more must still be a number of its own.
    [generation + 1, word?.failures].every(Number.isSafeInteger) &&
    Array.isArray(events) &&
    [id, ask, from, to, error?.code]
      .concat(...events.map((event) => [event?.type, event?.data, event?.id]))
      .every((text) => typeof text === "string")
  );
};
