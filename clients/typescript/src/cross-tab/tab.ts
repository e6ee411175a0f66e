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
import type { RawEvent, Source, SourceFactory, SourceHost, SSEConnectOptions, SSEError } from "@tidings/client";
import {
  ANSWER,
  ANSWER_SPREAD,
  ANSWERS,
  LOOK,
  QUIET,
  SILENT,
  TAKEOVER_SPREAD,
  TOKEN_BACKOFF,
  TOKEN_BACKOFF_LIMIT,
} from "./limits.ts";
import { type Body, isMessage, type Message, PROTOCOL, type Told, toError, toMessage } from "./message.ts";
import { createRing, isUpTo } from "./ring.ts";

/** `name` is that of lock and channel: equal for the tabs that share. `unable` is called where it turns out that there is no way to share. */
export const createTab = (
  direct: SourceFactory,
  host: SourceHost,
  name: string,
  locks: LockManager,
  unable: () => void,
): Source => {
  const { platform } = host;
  const { Date: clock, Math: chance } = platform;
  const me = `${chance.random()}`;
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
  let word: Body | undefined;
  let generation = 0;
  let failures = 0;
  /** When the leader was heard last. */
  let heard: number;
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

  const isConnected = () => word?.state === "connected";

  const isHidden = () => platform.document?.visibilityState === "hidden";

  const post = (body: Body) =>
    channel?.postMessage({ protocol: PROTOCOL, id: me, generation, ...body } satisfies Message);

  const standing = () => ({ state, hidden: isHidden(), failures });

  /** The leader's word. What it says is in its own ring too. */
  const say = (events: readonly RawEvent[] = [], error?: SSEError) => {
    // A first `hello` bears the position that the stream starts from.
    const from = host.cursor() ?? events[0]?.id;
    post({ ...standing(), from, events, error: error && toMessage(error) });
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
        if (told === "error" || told === "closed") {
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
          failures++;
          say();
          stepDown();
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
    const head = ring.head();
    return isConnected() && !options.since && head ? [{ type: "hello", data: "{}", id: head }] : undefined;
  };

  const dispatch = (events: readonly RawEvent[]) => {
    if (isConnected()) host.state("connected");
    // Who listens may have closed it.
    if (channel && events.length) host.batch(events);
  };

  /** Dispatches what follows the cursor. Undefined unless this tab is where the leader is, as far as it has heard. */
  const follow = () => {
    if (!channel || release) return;
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
      if (events) post({ ...(release && standing()), to: id, from: cursor, events });
      else if (release) say();
    };
    if (release) answer();
    else if (answers.size < ANSWERS && !answers.has(id))
      answers.set(id, after(ANSWER_SPREAD * chance.random(), answer));
  };

  const hear = (message: Message) => {
    const { from, events = [], to, state: told, error } = message;
    if (message.generation > generation) {
      generation = message.generation;
      if (release) stepDown();
    }
    if (message.ask !== undefined) return reply(message.id, message.ask);
    if (release || message.generation < generation) return;
    if (to) {
      cancel(answers.get(to));
      answers.delete(to);
    }
    if (told) {
      heard = clock.now();
      word = { state: told, hidden: message.hidden };
      failures = message.failures ?? 0;
      if (told === "error" || told === "closed") return end(told, error && toError(error));
      if (error) host.error(toError(error));
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
    if (word?.hidden && !isConnected()) after(TAKEOVER_SPREAD * chance.random(), look);
  };

  const look = () => {
    if (!channel || release) return;
    const quiet = clock.now() - heard;
    // A hidden leader's timers are slow, and so is its way back, unless what it waits for is a token.
    const slow = word?.hidden && !isConnected() && !failures;
    if (!isHidden() && (slow || quiet >= SILENT)) queue(true);
    else if (quiet >= QUIET) ask();
  };

  /** The page was hidden or shown. */
  const turnTo = () => {
    if (release) return say();
    heard = clock.now() - QUIET;
    look();
  };

  const keepLooking = () => {
    const before = clock.now();
    after(LOOK * (1 + chance.random() / 5), () => {
      const passed = clock.now() - before;
      // This tab has slept, or the clock was set: the leader is asked before it is judged.
      if (passed < 0 || passed > 2 * LOOK) heard = clock.now() - QUIET;
      keepLooking();
      look();
    });
  };

  const queue = (steal?: boolean) => {
    heard = clock.now();
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
    generation = Math.max(generation + 1, clock.now());
    // What was read to catch up goes on as everyone's.
    if (mine) return say();
    state = "connecting";
    say();
    host.state(state);
    const start = () => {
      if (release) read();
    };
    if (failures) after(Math.min(TOKEN_BACKOFF_LIMIT, TOKEN_BACKOFF * 2 ** failures) * chance.random(), start);
    else start();
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
    unable();
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
    page = undefined;
    leave();
    if (told) host.state(told, error);
  };

  return {
    open(next) {
      options = next;
      if (mine) return mine.open(next);
      end();
      page = new AbortController();
      const { signal } = page;
      const listeners = { pagehide: leave, freeze: leave, pageshow: join, resume: join, visibilitychange: turnTo };
      for (const [type, listener] of Object.entries(listeners)) {
        platform.addEventListener?.(type, listener, { signal, capture: true });
      }
      join();
    },

    close: () => end(),
  };
};
