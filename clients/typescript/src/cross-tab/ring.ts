/** The newest part of the stream that tabs share: what one of them lacks, another one has. */
import type { RawEvent } from "@tidings/client";
import { RING_BYTES, RING_EVENTS } from "./limits.ts";

/** An id is `<epoch>-<sequence>`; sequences run beyond what a number holds exactly, so they are compared as digits. */
const split = (id: string) => {
  const cut = id.lastIndexOf("-");
  return [id.slice(0, cut), id.slice(cut + 1).padStart(20, "0")] as const;
};

/** Whether an id is of the cursor's epoch and at or before it. */
export const isUpTo = (id: string, cursor = ""): boolean => {
  const [epoch, sequence] = split(id);
  const [current, last] = split(cursor);
  return epoch === current && sequence <= last;
};

const size = ({ type, data, id }: RawEvent) => 2 * (type + data + id).length;

export interface Ring {
  /** Where it ends; empty where it has yet to begin. */
  head(): string;
  /**
   * Takes what follows `from`. What it has already is passed over; where there is a hole between its end and `from`, it
   * starts anew. `hello` is no part of the log, and is left out. Returns a jump that may lead back: a `gap` because the hub
   * doesn't know the cursor that it was asked to go on from.
   */
  append(from: string, events: readonly RawEvent[]): RawEvent | undefined;
  /** What follows a cursor; undefined where it can't tell. Nothing for a cursor that is ahead of it in its last epoch. */
  after(cursor: string): RawEvent[] | undefined;
}

export const createRing = (): Ring => {
  let start = "";
  let kept: RawEvent[] = [];
  let bytes = 0;

  const head = () => kept.at(-1)?.id ?? start;

  const after = (cursor: string) => {
    const last = kept.findLastIndex(({ id }) => isUpTo(id, cursor));
    return last >= 0 || isUpTo(start, cursor) ? kept.slice(last + 1) : undefined;
  };

  const covers = (id: string) => {
    const events = after(id);
    return events && (events.length || isUpTo(id, head()));
  };

  return {
    head,

    append(from, events) {
      const at = events.findLastIndex(({ type, data }) => type === "gap" && data.includes('"unknown_id"'));
      const jump = events[at];
      if (jump || !covers(from)) {
        start = jump?.id ?? from;
        kept = [];
        bytes = 0;
      }
      const added = events.slice(at + 1).filter(({ type, id }) => type !== "hello" && !covers(id));
      for (const event of added) {
        // Of most system events only the last one's id is worth anything.
        const last = kept.at(-1);
        if (last && /^(ping|reauth|bye)$/.test(last.type)) bytes -= size(kept.pop() as RawEvent);
        kept.push(event);
        bytes += size(event);
      }
      // What is new is not cut: it has yet to be read from here.
      while (kept.length > added.length && (kept.length > RING_EVENTS || bytes > RING_BYTES)) {
        const oldest = kept.shift() as RawEvent;
        start = oldest.id;
        bytes -= size(oldest);
      }
      return jump;
    },

    after,
  };
};
