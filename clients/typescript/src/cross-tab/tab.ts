/**
 * One tab among those that share a connection.
 *
 * Whoever holds the lock leads: it reads the stream and says what it reads before it dispatches it. The others wait for
 * the lock and follow. What a tab follows by is its own cursor and the ring of what was said: an event is dispatched when
 * everything between the cursor and it is in the ring, and otherwise asked for, or read from a stream of the tab's own
 * until that meets the ring. So it does no harm to be told twice, late or by the wrong leader.
 *
 * Generations are a clock that never goes back: a leader's is the time, or one more than the highest that it has heard
 * of. A leader that hears of a higher one doesn't lead any more, or leads under too low a one since the clock was set
 * back; in both cases it gives the lock up and queues for it again. Whoever misses the leader's word asks, and says which
 * generation it goes by.
 */
import {
  type RawEvent,
  type Source,
  type SourceFactory,
  type SourceHost,
  type SSEConnectOptions,
  SSEError,
} from "@tidings/client";
import { ANSWER, ANSWERS, LOOK, QUIET, SILENT, SPREAD, TOKEN_BACKOFF, TOKEN_BACKOFF_LIMIT } from "./limits.ts";
import { type Body, isMessage, type Message, PROTOCOL, type SSEErrorOptions, type Told, type Word } from "./message.ts";
import { createRing, isUpTo } from "./ring.ts";

const isFinal = (told: Told) => told === "error" || told === "closed";

/** `name` is that of lock and channel: equal for the tabs that share. `unable` is called where it turns out that there is no way to share. */
export const createTab = (
  direct: SourceFactory,
  host: SourceHost,
  name: string,
  locks: LockManager,
  unable: (options: SSEConnectOptions) => void,
): Source => {
  const { platform } = host;
  const me = `${platform.Math.random()}`;
  const ring = createRing();
  const timers = new Set<unknown>();
  /** When to answer those who asked, unless another tab does. */
  const answers = new Map<string, unknown>();
  let options: SSEConnectOptions;
  /** Stops listening to the page; there from `open()` to the end. */
  let page: AbortController | undefined;
  /** There while taking part: not while the page is frozen or left. */
  let channel: BroadcastChannel | undefined;
  /** The request for the lock, queued or granted. */
  let turn: AbortController | undefined;
  /** Gives the lock back; there while leading. */
  let release: (() => void) | undefined;
  /** The connection of this tab: the leader's, or one to catch up. */
  let mine: Source | undefined;
  /** What has become of it. */
  let state: Told;
  /** The leader's last word, each a new object; none where it is silent or not known yet. */
  let word: Word | undefined;
  let generation = 0;
  let failures = 0;
  /** Looks since the leader's last word. */
  let quiet: number;
  let asking: unknown;

  const cancel = (timer: unknown) => {
    timers.delete(timer);
    platform.clearTimeout(timer);
  };

  const after = (ms: number, call: () => void) => {
    const timer = platform.setTimeout(() => {
      timers.delete(timer);
      call();
    }, ms);
    timers.add(timer);
    return timer;
  };

  const soon = (call: () => void) => after(SPREAD * platform.Math.random(), call);

  const isConnected = () => word?.state === "connected";

  const isHidden = () => platform.document?.visibilityState === "hidden";

  const post = (body: Body) => channel?.postMessage({ v: PROTOCOL, id: me, generation, ...body } satisfies Message);

  const standing = (): Word => ({
    state,
    // Unless what it waits for is a token.
    slow: isHidden() && state !== "connected" && !failures,
    failures,
  });

  /** The leader's word. What it says is in its own ring too. */
  const say = (events: readonly RawEvent[] = [], error?: SSEError) => {
    // A first `hello` bears the position that the stream starts from.
    const from = host.cursor() ?? events[0]?.id;
    post({ word: standing(), from, events, error: error && { ...error, message: error.message, cause: undefined } });
    if (from) ring.append(from, events);
  };

  const hangUp = () => {
    mine?.close();
    mine = undefined;
  };

  /** Opens a connection: the leader's, or one to catch up. */
  const read = () => {
    if (mine) return;
    const self = direct({
      ...host,
      batch(events) {
        if (mine !== self) return;
        if (release) say(events);
        host.batch(events);
        follow();
      },
      state(told, error) {
        if (mine !== self) return;
        state = told;
        if (isFinal(told)) {
          // Whether the others are signed in, they find out by themselves.
          if (release && error?.code !== "signed_out") say([], error);
          return end(told, error);
        }
        if (told === "connected") failures = 0;
        // To the others `connected` is said with the `hello`.
        else if (release) say();
        if (release || told === "connected" || !isConnected()) host.state(told);
      },
      error(error) {
        if (mine !== self) return;
        if (release && error.code === "token_failed") {
          hangUp();
          failures++;
          say();
          // The lock is kept meanwhile, so that all tabs together ask as often as one would.
          const held = release;
          after(Math.min(TOKEN_BACKOFF_LIMIT, TOKEN_BACKOFF * 2 ** failures) * platform.Math.random(), () => {
            if (release === held) stepDown();
          });
        } else if (release) say([], error);
        host.error(error);
      },
    });
    mine = self;
    self.open(options);
  };

  /** What this tab lacks and the ring has; undefined where the ring can't tell. */
  const lacking = (): RawEvent[] | undefined => {
    const cursor = host.cursor();
    if (cursor) return ring.after(cursor);
    // Where nothing else is asked for, the stream begins where the others are.
    const id = ring.head();
    return isConnected() && !options.since && id ? [{ type: "hello", data: "{}", id }] : undefined;
  };

  const dispatch = (events: readonly RawEvent[]) => {
    if (isConnected()) host.state("connected");
    // Who listens may have closed it.
    if (channel && events.length) host.batch(events);
  };

  /** Dispatches what follows the cursor. Undefined unless this tab is where the leader is, as far as it has heard. */
  const follow = () => {
    if (release || !channel) return;
    const events = lacking();
    if (events) {
      if (isConnected()) hangUp();
      dispatch(events);
    } else if (!mine) ask();
    if (word && !isConnected() && !mine) host.state("connecting");
    return events;
  };

  const ask = () => {
    if (asking) return;
    const before = word;
    asking = after(ANSWER, () => {
      asking = undefined;
      if (release) return;
      if (word === before) word = undefined;
      if (!word || (isConnected() && !lacking())) read();
    });
    post({ ask: host.cursor() ?? "" });
  };

  const reply = (id: string, cursor: string) => {
    const answer = () => {
      answers.delete(id);
      const events = ring.after(cursor);
      if (events) post({ word: release && standing(), to: id, from: cursor, events });
      else if (release) say();
    };
    if (release) answer();
    else if (answers.size < ANSWERS && !answers.has(id)) answers.set(id, soon(answer));
  };

  const hear = ({ generation: theirs, id, ask: asked, from, events = [], to, word: told, error }: Message) => {
    if (theirs > generation) {
      generation = theirs;
      if (release) stepDown();
    }
    if (asked !== undefined) return reply(id, asked);
    if (release || theirs < generation) return;
    cancel(answers.get(to as string));
    answers.delete(to as string);
    if (told) {
      quiet = 0;
      word = told;
      failures = told.failures;
      const failure = error && new SSEError(error.code, error as SSEErrorOptions);
      if (isFinal(told.state)) return end(told.state, failure);
      if (failure) host.error(failure);
    }
    if (from && (!to || (to === me && asking))) {
      if (to && from === host.cursor()) dispatch(events);
      const jump = ring.append(from, events);
      if (jump && isUpTo(jump.id, host.cursor())) dispatch([jump]);
    }
    if (follow() && told) {
      cancel(asking);
      asking = undefined;
    }
    if (word?.slow) soon(look);
  };

  const look = () => {
    if (!channel || release) return;
    if (!isHidden() && (word?.slow || quiet >= SILENT)) queue(true);
    else if (quiet >= QUIET) ask();
  };

  /** The page was hidden or shown. */
  const turnTo = () => {
    if (release) return say();
    quiet = QUIET;
    look();
  };

  const keepLooking = () => {
    after(LOOK, () => {
      quiet++;
      keepLooking();
      soon(look);
    });
  };

  const queue = (steal?: boolean) => {
    quiet = 0;
    word = undefined;
    turn?.abort();
    const request = new AbortController();
    turn = request;
    locks
      .request(name, steal ? { steal } : { signal: request.signal }, () => {
        if (turn === request)
          return new Promise<void>((resolve) => {
            release = resolve;
            lead();
          });
      })
      .catch(() => {
        if (turn !== request) return;
        if (release) stepDown();
        else fail();
      });
  };

  const lead = () => {
    generation = Math.max(generation + 1, platform.Date.now());
    // What was read to catch up goes on as everyone's. Otherwise the first word is that an attempt begins.
    if (mine) say();
    else read();
  };

  /** The lock was stolen, or is given up: goes to the end of the queue. */
  const stepDown = () => {
    release?.();
    release = undefined;
    hangUp();
    queue();
  };

  const join = () => {
    if (channel) return;
    try {
      channel = new (platform.BroadcastChannel as typeof BroadcastChannel)(name);
    } catch {
      return fail();
    }
    channel.onmessage = ({ data }) => {
      if (isMessage(data)) hear(data);
    };
    queue();
    ask();
    keepLooking();
    host.state("connecting");
  };

  const fail = () => {
    end();
    unable(options);
  };

  const leave = () => {
    timers.forEach(cancel);
    answers.clear();
    asking = undefined;
    word = undefined;
    hangUp();
    channel?.close();
    channel = undefined;
    turn?.abort();
    turn = undefined;
    release?.();
    release = undefined;
  };

  const end = (told?: Told, error?: SSEError) => {
    page?.abort();
    leave();
    if (told) host.state(told, error);
  };

  return {
    open(next) {
      options = next;
      if (mine) return mine.open(next);
      end();
      page = new AbortController();
      const listeners = { pagehide: leave, freeze: leave, pageshow: join, resume: join, visibilitychange: turnTo };
      for (const [type, listener] of Object.entries(listeners)) {
        platform.addEventListener?.(type, listener, { signal: page.signal, capture: true });
      }
      join();
    },

    close: () => end(),
  };
};
