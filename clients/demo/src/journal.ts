/**
 * What the page has seen, as a store that React reads: rows, counts, and the last minute by seconds. Its readers are told
 * once for all that a network read brings.
 */
import type { RawEvent, SSEConnectionState, SSEError, SSEEvent, SSEGap } from "@tidings/client";
import { Numbering } from "./numbering.ts";

/** The hub's own events; the service tells of a gap. */
const system = /^(hello|ping|reauth|bye)$/;
/** Rows that are kept; older ones go. */
const rowsKept = 500;
/** Seconds that the pulse shows. */
export const pulseSeconds = 60;

export interface Row {
  readonly key: number;
  /** By this clock, in milliseconds. */
  readonly time: number;
  /** An application's event; a system event of the hub's; a gap; what the page itself has to say. */
  readonly kind: "event" | "system" | "gap" | "note";
  readonly type: string;
  readonly data: string;
  readonly id: string;
}

/** One second of the pulse. */
export interface Beat {
  /** Seconds since 1970. */
  readonly second: number;
  readonly events: number;
  readonly gap: boolean;
  /** The state at its end. */
  readonly state: SSEConnectionState;
}

export interface Seen {
  /** Newest first. */
  readonly rows: readonly Row[];
  /** Oldest first; a second in which nothing changed has none. */
  readonly beats: readonly Beat[];
  readonly received: number;
  /** Whether this tab has a connection of its own. */
  readonly reads: boolean;
  /** Times that a stream's token was extended. */
  readonly extended: number;
  /** When the access token ends, in milliseconds. */
  readonly tokenEnds: number | undefined;
  /** When anything was last heard, in milliseconds. */
  readonly heard: number | undefined;
  /** Attempts that have failed in a row, and how the last one did. */
  readonly failing: { readonly attempts: number; readonly why: string } | undefined;
  readonly numbering: Pick<Numbering, "used" | "missing" | "twice" | "gap">;
}

export const nothingSeen: Seen = {
  rows: [],
  beats: [],
  received: 0,
  reads: false,
  extended: 0,
  tokenEnds: undefined,
  heard: undefined,
  failing: undefined,
  numbering: new Numbering(),
};

export class Journal {
  readonly numbering = new Numbering();
  #seen = nothingSeen;
  #rows: Row[] = [];
  #beats: Beat[] = [];
  #changed: Partial<Seen> | undefined;
  #key = 0;
  /** What the service is handing on, from where it is: system events stand between an application's. */
  #coming: RawEvent[] = [];
  #state: SSEConnectionState = "idle";
  readonly #readers = new Set<() => void>();

  readonly subscribe = (reader: () => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  readonly seen = (): Seen => this.#seen;

  /** As it will be for readers once they are told. */
  get latest(): Seen {
    return { ...this.#seen, ...this.#changed };
  }

  set(changes: Partial<Seen>): void {
    if (this.#changed) Object.assign(this.#changed, changes);
    else {
      this.#changed = { ...changes };
      queueMicrotask(() => this.#tell());
    }
  }

  batch(events: readonly RawEvent[]): void {
    this.set({ heard: Date.now() });
    this.#coming = [...events];
  }

  batchOver(): void {
    this.#pass();
  }

  event({ type, data, raw, id }: SSEEvent): void {
    this.#pass(type, id);
    this.numbering.take(data);
    this.set({ received: this.latest.received + 1 });
    this.row("event", type, raw, id);
  }

  gap({ reason, from, to }: SSEGap): void {
    this.#pass("gap", to);
    this.numbering.forget();
    this.row("gap", "gap", `${reason}: what came after ${from ?? "an unknown place"} may be missing`, to);
  }

  error({ code, message, retryable, attempt }: SSEError): void {
    if (attempt > 0) this.set({ failing: { attempts: attempt, why: code } });
    this.row("note", retryable ? "failed" : "given up", `${code}: ${message}`);
  }

  row(kind: Row["kind"], type: string, data: string, id = ""): void {
    this.#rows.unshift({ key: ++this.#key, time: Date.now(), kind, type, data, id });
    if (this.#rows.length > 2 * rowsKept) this.#rows.length = rowsKept;
    if (kind === "event" || kind === "gap") this.#beat(kind);
    this.set({});
  }

  state(state: SSEConnectionState): void {
    this.#state = state;
    this.#beat();
    this.set(state === "connected" ? { failing: undefined } : {});
    this.row("note", state, "");
  }

  clear(): void {
    this.#rows = [];
    this.set({});
  }

  /** Writes down the system events up to this one, or all that are left. */
  #pass(type?: string, id?: string): void {
    for (let next = this.#coming.shift(); next; next = this.#coming.shift()) {
      if (next.type === type && next.id === id) return;
      if (system.test(next.type)) this.row("system", next.type, next.data, next.id);
    }
  }

  #beat(kind?: "event" | "gap"): void {
    const second = Math.floor(Date.now() / 1000);
    const last = this.#beats.at(-1);
    const now = last?.second === second ? last : { second, events: 0, gap: false };
    const beat: Beat = {
      second,
      events: now.events + (kind === "event" ? 1 : 0),
      gap: now.gap || kind === "gap",
      state: this.#state,
    };
    if (now === last) this.#beats.pop();
    this.#beats.push(beat);
    // One from before the minute stays, for the state in which the minute begins.
    while ((this.#beats[1]?.second ?? second) < second - pulseSeconds) this.#beats.shift();
  }

  #tell(): void {
    const { used, missing, twice, gap } = this.numbering;
    this.#seen = {
      ...this.latest,
      rows: this.#rows.slice(0, rowsKept),
      beats: [...this.#beats],
      numbering: { used, missing, twice, gap },
    };
    this.#changed = undefined;
    for (const reader of this.#readers) reader();
  }
}
