/** Text to events: WHATWG HTML §9.2.6, "Interpreting an event stream". */

export interface StreamEvent {
  /** The `event` field, or `message` where there is none. */
  type: string;
  /** The values of the `data` fields, joined by LF. */
  data: string;
  /** The last event ID after this event; it stands until another one is sent. */
  id: string;
}

export interface OversizeEvent extends StreamEvent {
  /** Empty, or what came of it after the part that was too much. */
  data: string;
  /** Bytes; at least so many, since what is not kept is counted in UTF-16 code units. */
  size: number;
}

const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
const A = 0x61;
const D = 0x64;
const E = 0x65;
const I = 0x69;
const N = 0x6e;
const T = 0x74;
const V = 0x76;
const BYTE_ORDER_MARK = 0xfeff;
const NONE = -1;

/** Whether it is built for speed (`./parser`) or for size (`.`): without shortcuts, and with plainer comparisons. Set by the build. */
declare const QUICK: boolean;

/** How much longer than the limit a line may be: room for a field's name, and for types and ids beside a small limit. */
const LINE_ROOM = 1024;

// Whether a field's name stands there, whose first letter is known to. Code units compared one by one are the fastest way, in
// engines of today; a call that compares three of them comes close.
const isData = (text: string, at: number) =>
  text.charCodeAt(at + 1) === A && text.charCodeAt(at + 2) === T && text.charCodeAt(at + 3) === A;
const isEvent = (text: string, at: number) =>
  text.charCodeAt(at + 1) === V &&
  text.charCodeAt(at + 2) === E &&
  text.charCodeAt(at + 3) === N &&
  text.charCodeAt(at + 4) === T;
const isId = (text: string, at: number) => text.charCodeAt(at + 1) === D;

/** What takes a stream's pieces, one after the other; see `createParser` for what it calls. */
export const interpreter = (
  onEvent: (event: StreamEvent) => void,
  onOversize?: (event: OversizeEvent) => void,
  onRetry?: (ms: number) => void,
  maxEventBytes = 1_048_576,
): ((text: string) => void) => {
  // A code unit takes three bytes at most, so that what is shorter needs no counting. Engines compare whole numbers faster.
  const small = QUICK ? Math.floor(maxEventBytes / 3) : maxEventBytes / 3;
  const maxLine = maxEventBytes + LINE_ROOM;

  // The buffers of the standard, and how many lines the data has.
  let id = "";
  let type = "";
  let data = "";
  let lines = 0;
  // Code units of this event that were not kept.
  let excess = 0;
  // The beginning of a line whose end is yet to come. It grows by appending and is read once: engines keep such a string
  // as a rope, so that a line in many pieces costs no more than one in few.
  let held = "";
  // Ignored where it comes next: the byte order mark, or the LF of a CRLF that was cut in two.
  let ignorable = BYTE_ORDER_MARK;

  const drop = (length: number) => {
    lines = excess += length;
  };

  // One function for all that is done to each line: several times as fast, in engines of today, as calls that take the line.
  const feed = (text: string) => {
    const { length } = text;
    let start = 0;
    // The next of each, where they are not behind `start`: each is looked for once, whatever the other does. Where there is
    // none, its place unsigned is beyond every text.
    let lf = -1;
    let cr = -1;
    // Whether nothing is held or ignored, and there is no CR.
    let plain = false;
    if (QUICK) {
      cr = text.indexOf("\r") >>> 0;
      plain = !held && ignorable === NONE && cr > length;
    }

    while (start < length) {
      const first = text.charCodeAt(start);
      // Asked here alone: engines make one call of two that are alike, and make it before they know which is wanted.
      if (lf < start) lf = text.indexOf("\n", start) >>> 0;
      // Most of what there is, without detour: fields in lines that LF ends, in a text without CR.
      if (QUICK && plain && lf < length && lf - start < small) {
        if (first === D && isData(text, start) && text.charCodeAt(start + 4) === COLON) {
          const value = text.slice(text.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5, lf);
          start = lf + 1;
          if (lines++) {
            data = `${data}\n${value}`;
            if (data.length > maxEventBytes) {
              drop(data.length);
              data = "";
            }
          } else if (start < length && text.charCodeAt(start) === LF) {
            const event = { type: type || "message", data: value, id };
            type = "";
            lines = 0;
            start++;
            onEvent(event);
          } else data = value;
          continue;
        }
        if (first === E && isEvent(text, start) && text.charCodeAt(start + 5) === COLON) {
          type = text.slice(text.charCodeAt(start + 6) === SPACE ? start + 7 : start + 6, lf);
          start = lf + 1;
          continue;
        }
        if (first === I && isId(text, start) && text.charCodeAt(start + 2) === COLON) {
          const value = text.slice(text.charCodeAt(start + 3) === SPACE ? start + 4 : start + 3, lf);
          if (value.indexOf("\0") < 0) id = value;
          start = lf + 1;
          continue;
        }
      }
      const ignored = first === ignorable;
      ignorable = NONE;
      if (ignored) {
        start++;
        continue;
      }
      if (cr < start) cr = text.indexOf("\r", start) >>> 0;
      const end = Math.min(lf, cr);
      if (end > length) {
        held += text.slice(start);
        if (held.length > maxLine) {
          drop(held.length - 1);
          // What is yet to come of the line belongs to a field that nobody knows.
          held = "-";
        }
        return;
      }

      if (held) {
        const line = held + text.slice(start, end + 1);
        held = "";
        feed(line);
      } else if (end === start) {
        const event = { type: type || "message", data, id };
        const seen = lines;
        let size = excess + data.length;
        if (size > small) size = excess + new TextEncoder().encode(data).length;
        data = type = "";
        lines = excess = 0;
        if (size > maxEventBytes) onOversize?.({ ...event, size });
        else if (seen) onEvent(event);
      } else if (end - start > maxLine) drop(end - start);
      else {
        // Where the field's name ends, if it may be one of the standard's.
        let at = 0;
        if (first === D) {
          if (QUICK ? isData(text, start) : text.startsWith("ata", start + 1)) at = start + 4;
        } else if (first === E) {
          if (QUICK ? isEvent(text, start) : text.startsWith("event", start)) at = start + 5;
        } else if (first === I) {
          if (QUICK ? isId(text, start) : text.startsWith("id", start)) at = start + 2;
        } else if (text.startsWith("retry", start)) at = start + 5;

        if (at && (at === end || text.charCodeAt(at++) === COLON)) {
          if (text.charCodeAt(at) === SPACE) at++;
          const value = text.slice(at, end);
          if (first === D) {
            data = lines++ ? `${data}\n${value}` : value;
            if (data.length > maxEventBytes) {
              drop(data.length);
              data = "";
            }
          } else if (first === E) type = value;
          else if (first === I) {
            if (value.indexOf("\0") < 0) id = value;
          } else if (/^\d+$/.test(value)) onRetry?.(+value);
        }
      }

      start = end + 1;
      if (end === cr) {
        const isPair = QUICK && start < length && text.charCodeAt(start) === LF;
        if (isPair) start++;
        ignorable = isPair ? NONE : LF;
      }
      if (QUICK) plain = cr > length;
    }
  };

  return feed;
};
