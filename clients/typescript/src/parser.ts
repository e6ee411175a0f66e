/**
 * Reads an event stream: text in, events out (WHATWG HTML §9.2.6, "Interpreting an event stream").
 *
 * Pure and synchronous: no timer, no socket, and what it holds of the stream is bounded by `maxEventBytes`. Text may be cut
 * anywhere; an event is handed over with the line end that completes it, in the same call.
 *
 *     const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // the parser drops the one byte order mark itself
 *     const parser = createParser({ onEvent: ({ type, data, id }) => … });
 *     for await (const bytes of response.body) parser.feed(decoder.decode(bytes, { stream: true }));
 *
 * What is not complete when the stream ends is discarded, its id too: resume from `parser.lastEventId`.
 */

export interface StreamEvent {
  /** The `event` field, or `message` where there is none. */
  type: string;
  /** The values of the `data` fields, joined by LF. */
  data: string;
  /** The last event ID after this event; it stands until another one is sent. */
  id: string;
}

export interface OversizeEvent {
  type: string;
  /** Committed as if the event had been handed over, so that resuming does not ask for it again. */
  id: string;
  /** Bytes; at least so many, since what is not kept is counted in UTF-16 code units. */
  size: number;
}

/** Called without a receiver. What throws in one comes out of `feed`, and the rest of that text is lost: better not. */
export interface ParserCallbacks {
  onEvent: (event: StreamEvent) => void;
  /** The reconnection time in milliseconds, as sent: any whole number, `Infinity` for one beyond all bounds. */
  onRetry?: ((ms: number) => void) | undefined;
  /** What follows the colon of a comment, one space less. */
  onComment?: ((text: string) => void) | undefined;
  /** In the place of `onEvent`, for an event with too much data or a line too long to be kept. */
  onOversize?: ((event: OversizeEvent) => void) | undefined;
}

export interface ParserOptions {
  /** The most data that an event may have, in bytes of UTF-8; 1 MiB where not given. */
  maxEventBytes?: number | undefined;
}

export interface Parser {
  /** The last event ID of what was completed, by an event or by a blank line alone. */
  readonly lastEventId: string;
  /** Takes the next piece of the stream. Not to be called from a callback. */
  feed: (text: string) => void;
  /** Begins another stream, whose events bear `lastEventId` until one brings its own. Not to be called from a callback. */
  reset: (lastEventId?: string) => void;
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

/** How much longer than the limit a line may be: room for a field's name, and for types and ids beside a small limit. */
const LINE_ROOM = 1024;

/** Where `c` comes next, or the text's end. */
const find = (text: string, c: string, from: number) => {
  const at = text.indexOf(c, from);
  return at < 0 ? text.length : at;
};

export function createParser(
  { onEvent, onRetry, onComment, onOversize }: ParserCallbacks,
  { maxEventBytes = 1_048_576 }: ParserOptions = {},
): Parser {
  const maxLine = maxEventBytes + LINE_ROOM;
  // A code unit takes three bytes at most, so what is shorter than this needs no counting.
  const surelyFits = Math.floor(maxEventBytes / 3);

  // The buffers of the standard, and the id that is committed.
  let lastEventId: string;
  let idBuffer: string;
  let typeBuffer: string;
  let dataBuffer: string | undefined;
  // Code units of this event that were not kept. Where there are any there is a data buffer.
  let excess: number;
  // The beginning of a line whose end is yet to come. It grows by appending and is read once: engines keep such a string
  // as a rope, so that a line in many pieces costs no more than one in few.
  let held: string;
  // Ignored where it comes next: the byte order mark, or the LF of a CRLF that was cut in two.
  let ignorable: number;

  const reset = (id = "") => {
    lastEventId = idBuffer = id;
    typeBuffer = held = "";
    dataBuffer = undefined;
    excess = 0;
    ignorable = BYTE_ORDER_MARK;
  };

  const dispatch = (data: string, size: number) => {
    const type = typeBuffer || "message";
    const id = idBuffer;
    lastEventId = id;
    typeBuffer = "";
    if (size > maxEventBytes) onOversize?.({ type, id, size });
    else onEvent({ type, data, id });
  };

  const drop = (length: number) => {
    excess += length;
    dataBuffer ??= "";
  };

  const hold = (text: string) => {
    held += text;
    if (held.length > maxLine) {
      // What is yet to come of the line belongs to a field that nobody knows, and whose name was not sent.
      drop(held.length - 1);
      held = "-";
    }
  };

  // One function for all that is done to each line, and code units compared one by one: several times as fast, in engines
  // of today, as calls that take the line or its name apart.
  const feed = (text: string) => {
    const { length } = text;
    const small = length < surelyFits;
    let start = 0;
    let end: number;
    // The next of each, where they are not behind `start`: each is looked for once, whatever the other does.
    let lf = -1;
    let cr = -1;

    if (held) {
      end = Math.min(find(text, "\n", 0), find(text, "\r", 0));
      if (end === length) return hold(text);
      const line = held + text.slice(0, end + 1);
      held = "";
      feed(line);
      start = end + 1;
    }
    if (ignorable && start < length) {
      if (text.charCodeAt(start) === ignorable) start++;
      ignorable = 0;
    }

    while (start < length) {
      const first = text.charCodeAt(start);
      if (first === LF) end = start;
      else {
        if (lf < start) lf = find(text, "\n", start);
        if (cr < start) cr = find(text, "\r", start);
        end = Math.min(lf, cr);
        if (end === length) return hold(text.slice(start));
      }

      if (end === start) {
        const data = dataBuffer;
        if (data === undefined) {
          lastEventId = idBuffer;
          typeBuffer = "";
        } else {
          let size = excess + data.length;
          if (!excess && size > surelyFits) size = new TextEncoder().encode(data).length;
          dataBuffer = undefined;
          excess = 0;
          dispatch(data, size);
        }
      } else if (!small && end - start > maxLine) drop(end - start);
      else {
        // Where the field's name ends, if it may be one of the standard's; a comment is a field without a name.
        let at = -1;
        if (first === D) {
          if (text.charCodeAt(start + 1) === A && text.charCodeAt(start + 2) === T && text.charCodeAt(start + 3) === A)
            at = start + 4;
        } else if (first === E) {
          if (
            text.charCodeAt(start + 1) === V &&
            text.charCodeAt(start + 2) === E &&
            text.charCodeAt(start + 3) === N &&
            text.charCodeAt(start + 4) === T
          )
            at = start + 5;
        } else if (first === I) {
          if (text.charCodeAt(start + 1) === D) at = start + 2;
        } else if (first === COLON) at = start;
        else if (text.startsWith("retry", start)) at = start + 5;

        if (at >= 0 && (at === end || text.charCodeAt(at++) === COLON)) {
          if (text.charCodeAt(at) === SPACE) at++;
          const value = text.slice(at, end);
          if (first === D) {
            // One line of data and a blank one, as most events end: handed over without detour.
            if (small && dataBuffer === undefined && end < cr && end + 1 < length && text.charCodeAt(end + 1) === LF) {
              start = end + 2;
              dispatch(value, 0);
              continue;
            }
            dataBuffer = dataBuffer === undefined ? value : `${dataBuffer}\n${value}`;
            if (excess || dataBuffer.length > maxEventBytes) {
              excess += dataBuffer.length;
              dataBuffer = "";
            }
          } else if (first === E) typeBuffer = value;
          else if (first === I) {
            if (value.indexOf("\0") < 0) idBuffer = value;
          } else if (first === COLON) onComment?.(value);
          else if (/^\d+$/.test(value)) onRetry?.(+value);
        }
      }

      start = end + 1;
      if (end === cr) {
        if (start === length) ignorable = LF;
        else if (text.charCodeAt(start) === LF) start++;
      }
    }
  };

  reset();
  return {
    get lastEventId() {
      return lastEventId;
    },
    feed,
    reset,
  };
}
