import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createParser, type OversizeEvent, type ParserOptions, type StreamEvent } from "./parser.ts";

/** What a parser told, in order. */
type Told = { event: StreamEvent } | { retry: number } | { oversize: OversizeEvent };

function parse(pieces: Iterable<string>, options?: ParserOptions): Told[] {
  const told: Told[] = [];
  const parser = createParser(
    {
      onEvent: (event) => told.push({ event }),
      onRetry: (retry) => told.push({ retry }),
      onOversize: (oversize) => told.push({ oversize }),
    },
    options,
  );
  for (const piece of pieces) parser.feed(piece);
  return told;
}

const byteLength = (text: string) => new TextEncoder().encode(text).length;

/**
 * The standard's own words (§9.2.6), one after the other, on the whole of a stream. `maxEventBytes` is no part of them:
 * an event is oversize where its data has more bytes, or a line has more code units than that and 1,024.
 */
function naive(stream: string, maxEventBytes = Number.POSITIVE_INFINITY): Told[] {
  const told: Told[] = [];
  const lines = stream.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  // A line that nothing ends is not a line.
  lines.pop();

  let [id, type, data, dropped] = ["", "", "", 0];
  for (const line of lines) {
    if (line.length > maxEventBytes + 1024) {
      dropped += line.length;
      continue;
    }
    if (line === "") {
      const text = data.replace(/\n$/, "");
      const event = { type: type || "message", data: text, id };
      if (dropped || byteLength(text) > maxEventBytes)
        told.push({ oversize: { ...event, size: dropped + byteLength(text) } });
      else if (data !== "") told.push({ event });
      [type, data, dropped] = ["", "", 0];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") type = value;
    else if (field === "data") data += `${value}\n`;
    else if (field === "id" && !value.includes("\0")) id = value;
    else if (field === "retry" && /^[0-9]+$/.test(value)) told.push({ retry: Number(value) });
  }
  return told;
}

const event = (data: string, type = "message", id = ""): Told => ({ event: { type, data, id } });

// [rule, stream, what is told]
const vectors: [string, string, Told[]][] = [
  ["an event is its data", "data: a\n\n", [event("a")]],
  [
    "one space after the colon is not the value's",
    "data:  a\n\ndata:a\n\ndata: \n\n",
    [event(" a"), event("a"), event("")],
  ],
  [
    "nor is it a type's or an id's",
    "event:a\nid:1\ndata:b\n\nevent: a\nid: 1\ndata: b\n\nevent:  a\nid:  1\ndata:  b\n\n",
    [event("b", "a", "1"), event("b", "a", "1"), event(" b", " a", " 1")],
  ],
  ["a tab after the colon is the value's", "data:\ta\n\n", [event("\ta")]],
  ["lines of data are joined by LF", "data: a\ndata: b\ndata\ndata:\n\n", [event("a\nb\n\n")]],
  ["a field without colon has an empty value", "data\n\n", [event("")]],
  ["two empty lines of data are one LF", "data\ndata\n\n", [event("\n")]],
  ["without data nothing is dispatched", "event: a\n\n\n\n", []],
  ["the type of an event without data is forgotten", "event: a\n\ndata: b\n\n", [event("b")]],
  ["a type holds for one event", "event: a\ndata: 1\n\ndata: 2\n\n", [event("1", "a"), event("2")]],
  [
    "the last type wins, and an empty one is message",
    "event: a\nevent: b\ndata\n\nevent: a\nevent\ndata\n\n",
    [event("", "b"), event("")],
  ],
  ["a type may be the name of a field", "event: data\ndata: event\n\n", [event("event", "data")]],
  [
    "an id holds until the next",
    "id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n",
    [event("a", "message", "1"), event("b", "message", "1"), event("c", "message", "2")],
  ],
  ["an id may come after the data", "data: a\nid: 1\n\n", [event("a", "message", "1")]],
  [
    "an empty id takes the id away",
    "id: 1\ndata: a\n\nid\ndata: b\n\nid:\ndata: c\n\n",
    [event("a", "message", "1"), event("b"), event("c")],
  ],
  ["an id with NUL is ignored", "id: 1\nid: 2\0\nid: \0\ndata: a\n\n", [event("a", "message", "1")]],
  ["an event that follows an id without data bears it", "id: 1\n\ndata: a\n\n", [event("a", "message", "1")]],
  [
    "an event that nothing ends is discarded, its id too",
    "id: 1\ndata: a\n\nid: 2\ndata: b\n",
    [event("a", "message", "1")],
  ],
  ["a line that nothing ends is discarded", "data: a\n\ndata: b", [event("a")]],
  ["a blank line that follows a discarded line is none", "id: 1\n\nid: 2", []],
  ["CRLF ends lines", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", [event("a\nb"), event("c")]],
  ["CR ends lines", "data: a\rdata: b\r\rdata: c\r\r", [event("a\nb"), event("c")]],
  [
    "line ends may be mixed",
    "data: a\r\ndata: b\rdata: c\n\rdata: d\r\n\ndata: e\n\r\ndata: f\r\r\n",
    [event("a\nb\nc"), event("d"), event("e"), event("f")],
  ],
  ["CR, CRLF and LF are three line ends", "data: a\r\r\n\ndata: b\n\n", [event("a"), event("b")]],
  ["no other line end is one", "data: a\u2028b\u2029c\u0085d\ve\ff\n\n", [event("a\u2028b\u2029c\u0085d\ve\ff")]],
  ["a byte order mark at the start is dropped", "\uFEFFdata: a\n\n", [event("a")]],
  ["only one byte order mark is dropped", "\uFEFF\uFEFFdata: a\n\ndata: b\n\n", [event("b")]],
  [
    "a byte order mark elsewhere is text",
    "data: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n",
    [event("a"), event("\uFEFFc")],
  ],
  ["after a byte order mark a line end is a line end", "data\uFEFF\n\uFEFFdata: a\n\ndata: b\n\n", [event("b")]],
  ["a byte order mark may stand before a blank line", "\uFEFF\n\r\ndata: a\n\n", [event("a")]],
  ["comments are no fields", ": a\n:b\n:\n:  c\n:data: d\ndata: e\n\n", [event("e")]],
  ["a comment of digits is no reconnection time", ":5\n: 5\ndata: a\n\n", [event("a")]],
  [
    "a comment's colon is no other line's",
    ":\ndat 1\neven 1\ni 1\nretr 1\n1\n:\nids of old\n:bcd\nevents of old\ndata: a\n\n",
    [event("a")],
  ],
  ["a comment ends no event", "data: a\n: b\ndata: c\n\n", [event("a\nc")]],
  [
    "digits are a reconnection time",
    "retry: 1000\nretry:0\nretry: 007\n\n",
    [{ retry: 1000 }, { retry: 0 }, { retry: 7 }],
  ],
  [
    "anything but digits is none",
    "retry\nretry:\nretry: \nretry:  1\nretry: 1 \nretry: -1\nretry: +1\nretry: 1.5\nretry: 1e3\nretry: 0x1\nretry: ١\nretry: a1\nretry: 1a\n\n",
    [],
  ],
  [
    "a reconnection time beyond all bounds is infinite",
    `retry: ${"9".repeat(400)}\n`,
    [{ retry: Number.POSITIVE_INFINITY }],
  ],
  ["a reconnection time holds without its event", "retry: 5\ndata: a\n", [{ retry: 5 }]],
  [
    "unknown fields are ignored",
    "foo: a\nfoo\ndat: a\ndatum: a\ndatx: a\ndxta: a\ndaxa: a\ndata2: a\nid2: a\nix: a\nevents: a\nexent: a\nevxnt: a\nevext: a\nevenx: a\nxata: a\nxvent: a\nxd: a\nretry2: 1\nretrx: 1\nr: 1\nd\ne\ni\nr\n-\ndata: b\n\n",
    [event("b")],
  ],
  [
    "names of fields are exact",
    "Data: a\nDATA: a\n data: a\ndata : a\n\tdata: a\nId: 1\nEVENT: a\nRetry: 1\nid : 1\nevent : a\nretry : 1\n\n",
    [],
  ],
  ["a value may hold colons", "data: a: b:c\nid: x:y\nevent: e:f\n\n", [event("a: b:c", "e:f", "x:y")]],
  ["NUL is text but for ids", "event: a\0\ndata: b\0\n\n", [event("b\0", "a\0")]],
  ["text beyond the basic plane is text", "event: 📚\nid: 𝔦\ndata: 文章\n\n", [event("文章", "📚", "𝔦")]],
  ["white space alone is an unknown field", " \n\t\ndata: a\n \n\n", [event("a")]],
  ["nothing gives nothing", "", []],
];

describe("an event stream", () => {
  describe.each(vectors)("%s", (_rule, stream, expected) => {
    it("whole", () => {
      expect(parse([stream])).toEqual(expected);
    });

    it("cut in two, wherever", () => {
      for (let at = 0; at <= stream.length; at++)
        expect(parse([stream.slice(0, at), stream.slice(at)]), `cut at ${at}`).toEqual(expected);
    });

    it("one character at a time, with nothing between them", () => {
      expect(parse(stream.split("").flatMap((c) => [c, ""]))).toEqual(expected);
    });

    it("as the naive parser reads it", () => {
      expect(naive(stream)).toEqual(expected);
    });
  });

  it("is handed over with the line end that completes an event, and not later", () => {
    const events: string[] = [];
    const parser = createParser({ onEvent: ({ data }) => events.push(data) });
    parser.feed("data: a\r\n\r");
    expect(events).toEqual(["a"]);
    parser.feed("\ndata: b\n");
    expect(events).toEqual(["a"]);
    parser.feed("\n");
    expect(events).toEqual(["a", "b"]);
  });

  it("needs no callback but the one for events", () => {
    const events: StreamEvent[] = [];
    const parser = createParser({ onEvent: (e) => events.push(e) }, { maxEventBytes: 3 });
    parser.feed(": a\nretry: 1\ndata: long\n\ndata: b\n\n");
    expect(events).toEqual([{ type: "message", data: "b", id: "" }]);
  });
});

describe("the limit of an event", () => {
  const limit = { maxEventBytes: 100 };
  const LINE = 100 + 1024;

  it("is 1 MiB where none is given", () => {
    const most = "x".repeat(1024 * 1024);
    expect(parse([`data: ${most}\n\n`])).toEqual([event(most)]);
    expect(parse([`data: ${most}x\n\n`])).toEqual([
      { oversize: { type: "message", data: "", id: "", size: 1024 * 1024 + 1 } },
    ]);
  });

  it("may be none at all", () => {
    const most = "x".repeat(1024 * 1024);
    const none = { maxEventBytes: Number.POSITIVE_INFINITY };
    expect(parse([`data: ${most}`, `${most}\ndata: a\n\ndata: b`, "c\n\n"], none)).toEqual([
      event(`${most}${most}\na`),
      event("bc"),
    ]);
  });

  it.each([
    ["the most data in one line", `data: ${"x".repeat(100)}\n\n`, false],
    ["one byte more", `data: ${"x".repeat(101)}\n\n`, true],
    ["the most data in lines", `data: ${"x".repeat(50)}\ndata: ${"x".repeat(49)}\n\n`, false],
    ["one byte more in lines", `data: ${"x".repeat(50)}\ndata: ${"x".repeat(50)}\n\n`, true],
    ["the most data in short lines", `${"data: abcdefghijklmnopqrst\n".repeat(4)}data: abcdefghijklmnop\n\n`, false],
    ["one byte more in short lines", `${"data: abcdefghijklmnopqrst\n".repeat(4)}data: abcdefghijklmnopq\n\n`, true],
    ["as much again, in short lines", `${"data: abcdefghijklmnopqrst\n".repeat(10)}\n`, true],
    ["the most data in bytes", `data: ${"語".repeat(33)}x\n\n`, false],
    ["one byte more than that", `data: ${"語".repeat(33)}xx\n\n`, true],
    ["more in bytes, in lines", `data: ${"語".repeat(17)}\ndata: ${"語".repeat(17)}\n\n`, true],
    ["pairs of surrogates count four bytes", `data: ${"📚".repeat(25)}\n\n`, false],
    ["and no less", `data: ${"📚".repeat(25)}x\n\n`, true],
    ["many empty lines", `${"data\n".repeat(101)}\n`, false],
    ["many empty lines more", `${"data\n".repeat(102)}\n`, true],
    ["the longest line", `data: a\n:${"x".repeat(LINE - 1)}\n\n`, false],
    ["a longer one", `data: a\n:${"x".repeat(LINE)}\n\n`, true],
    ["a longer one of a field that nobody knows", `data: a\nx${"x".repeat(LINE)}\n\n`, true],
    ["a longer one without data", `${"x".repeat(LINE + 1)}\n\n`, true],
    ["a type and an id longer than the limit", `event: ${"e".repeat(200)}\nid: ${"i".repeat(200)}\ndata: a\n\n`, false],
  ])("%s", (_what, stream, oversize) => {
    const expected = naive(stream, 100);
    expect(expected.some((told) => "oversize" in told)).toBe(oversize);
    expect(parse([stream], limit).map(withoutSize)).toEqual(expected.map(withoutSize));
    for (let at = 1; at < stream.length; at++) {
      const told = parse([stream.slice(0, at), stream.slice(at)], limit);
      expect(told.map(withoutSize), `cut at ${at}`).toEqual(expected.map(withoutSize));
    }
  });

  it("skips the event alone, tells of it, and commits its id", () => {
    const told = parse(
      [`event: big\nid: 1\ndata: ${"x".repeat(60)}\ndata: ${"y".repeat(60)}\ndata: z\n\n`, "event: small\ndata: a\n\n"],
      limit,
    );
    expect(told).toEqual([{ oversize: { type: "big", data: "\nz", id: "1", size: 123 } }, event("a", "small", "1")]);
  });

  it("keeps nothing of too much data, in lines however short", () => {
    for (const data of ["data: 123456789\n", `data: ${"x".repeat(99)}\n`]) {
      const [told] = parse([data.repeat(11), "data: rest\n\n"], limit);
      expect(told && "oversize" in told && told.oversize.data.length).toBeLessThanOrEqual(100);
    }
  });

  it("takes an id that comes after too much data", () => {
    expect(parse([`data: ${"x".repeat(5000)}\nid: 2\nevent: big\n\n`], limit)).toEqual([
      { oversize: { type: "big", data: "", id: "2", size: 5006 } },
    ]);
  });

  it("tells how long a line was, wherever in a text it stands", () => {
    expect(parse([`data: a\n\n:${"x".repeat(2000)}\n\n`], limit)).toEqual([
      event("a"),
      { oversize: { type: "message", data: "", id: "", size: 2001 } },
    ]);
  });

  it("tells nothing of one that is incomplete", () => {
    expect(parse([`id: 1\ndata: ${"x".repeat(5000)}\n`], limit)).toEqual([]);
  });

  it("keeps an id whose line is too long from becoming one that was never sent", () => {
    const stream = `id: 1\n\nid: ${"2".repeat(5000)}\ndata: a\n\n`;
    for (const pieces of [[stream], stream.split("")]) {
      expect(parse(pieces, limit).map(withoutSize)).toEqual([{ oversize: { type: "message", id: "1" } }]);
    }
  });

  it("takes nothing for a line that is the rest of one too long", () => {
    for (const rest of ["id: 9", "data: b", ""]) {
      const told = parse(["x".repeat(2000), `${rest}\ndata: a\n\n`], limit);
      expect(told.map(withoutSize)).toEqual([{ oversize: { type: "message", id: "" } }]);
    }
  });

  it("lets comments keep a stream alive for ever without a blank line", () => {
    const told = parse(["data: a\n", ...Array(1000).fill(": still here\n"), "\n"], limit);
    expect(told.at(-1)).toEqual(event("a"));
  });

  it("tells no smaller size than is over it, and none larger than there was", () => {
    const line = `data: ${"x".repeat(4000)}`;
    for (let step = 1; step <= 2000; step++) {
      const [told] = parse(cutEvery(`${line}\n\n`, step), limit);
      const size = told && "oversize" in told ? told.oversize.size : 0;
      expect(size, `in pieces of ${step}`).toBeGreaterThan(100);
      expect(size, `in pieces of ${step}`).toBeLessThanOrEqual(line.length);
    }
  });

  // A parser that kept it all would need a string of 1 Gi code units, which is twice what engines have.
  it("holds for a line that never ends, and for data that never ends", () => {
    const piece = "x".repeat(64 * 1024);
    for (const line of [piece, `data: ${piece}\n`]) {
      const told: OversizeEvent[] = [];
      const parser = createParser({ onEvent: () => expect.fail(), onOversize: (e) => told.push(e) });
      for (let i = 0; i < 16 * 1024; i++) parser.feed(line);
      parser.feed("\n\n");
      expect(told).toHaveLength(1);
      expect(told[0]?.size).toBeGreaterThan(1024 ** 3 - 2 * 1024 ** 2);
    }
  });

  it("costs no more than the line where a line comes one character at a time", () => {
    // Read again at each piece, this line would be 5 · 10¹¹ characters.
    const most = "x".repeat(1024 * 1024);
    const stream = `data: ${most}\n\n`;
    expect(parse(stream)).toEqual([event(most)]);
  });
});

it.each([
  ["LF", "\n"],
  ["CR", "\r"],
])("a text of many lines costs no more than its length where all of them end by %s", (_name, end) => {
  // Looked through to its end for the other one at each line, this text would be 2.7 · 10¹¹ characters.
  expect(parse([`${`:${end}`.repeat(512 * 1024)}data: a${end}${end}`])).toEqual([event("a")]);
});

const withoutSize = (told: Told) =>
  "oversize" in told ? { oversize: { type: told.oversize.type, id: told.oversize.id } } : told;

const cutEvery = (text: string, step: number) =>
  Array.from({ length: Math.ceil(text.length / step) }, (_, n) => text.slice(n * step, (n + 1) * step));

describe("whatever is sent", () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", " ", ":", "\0", "\uFEFF", "0", "7", "é", "語") }),
    fc.string(),
    fc.integer({ min: 0, max: 40 }).map((n) => "語".repeat(n)),
    fc.integer({ min: 0, max: 1400 }).map((n) => "x".repeat(n)),
  );
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("data", "event", "id", "retry", "") },
    { weight: 1, arbitrary: fc.constantFrom("dat", "data2", "even", "i", "ids", "retr", "\uFEFFdata", " data", "x") },
  );
  const line = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(name, fc.constantFrom(":", ": ", ":  ", ""), value).map((parts) => parts.join("")),
    },
    { weight: 3, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: value },
  );
  const lineEnd = fc.constantFrom("\n", "\r", "\r\n");
  const stream = fc
    .tuple(fc.constantFrom("", "\uFEFF"), fc.array(fc.tuple(line, lineEnd).map((parts) => parts.join(""))), line)
    .map(([mark, lines, last]) => mark + lines.join("") + last);
  const noise = fc.string({
    unit: fc.constantFrom("d", "a", "t", "i", "e", ":", " ", "\n", "\r", "\uFEFF", "\0", "data: ", "id:"),
  });

  const pieces = (text: string, cuts: number[]) => {
    const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
    return [0, ...at].map((from, n) => text.slice(from, at[n]));
  };

  it("is read as the naive parser reads it, however it is cut", () => {
    fc.assert(
      fc.property(fc.oneof(stream, noise), fc.array(fc.nat()), (text, cuts) => {
        expect(parse(pieces(text, cuts))).toEqual(naive(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("is skipped for its size where the naive parser skips it, however it is cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), fc.integer({ min: 0, max: 120 }), (text, cuts, maxEventBytes) => {
        const expected = naive(text, maxEventBytes);
        expect(parse(pieces(text, cuts), { maxEventBytes }).map(withoutSize)).toEqual(expected.map(withoutSize));
      }),
      { numRuns: 2000 },
    );
  });
});
