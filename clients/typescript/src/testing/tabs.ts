/**
 * Several tabs of one browser in one process, under a clock of their own: Web Locks, BroadcastChannel, pages that hang,
 * freeze and die, and a hub that they read. All chance comes from one seed.
 */
import type { CrossTab, RawEvent, Source, SourceFactory, SourceHost, SSEConnectOptions } from "@tidings/client";
import { SSEError } from "@tidings/client";

type Task = { at: number; order: number; tab: Tab | undefined; run: () => void };

/** Mulberry32. */
export const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

export class World {
  now = 1_700_000_000_000;
  /** How far the pages' clock is off. */
  skew = 0;
  readonly random: () => number;
  readonly hub: Hub;
  readonly locks = new Locks(this);
  readonly channels = new Set<Channel>();
  readonly tabs: Tab[] = [];
  /** Whether a message is lost on its way. */
  loses: (message: Record<string, unknown>, to: Tab) => boolean = () => false;
  /** All that was said. */
  readonly said: { name: string; from: Tab; data: Record<string, unknown> }[] = [];
  #tasks: Task[] = [];
  #order = 0;

  constructor(seed = 1) {
    this.random = randomFrom(seed);
    this.hub = new Hub(this);
  }

  schedule(tab: Tab | undefined, ms: number, run: () => void): Task {
    const task = { at: this.now + Math.max(0, ms), order: this.#order++, tab, run };
    this.#tasks.push(task);
    return task;
  }

  cancel(task: Task): void {
    this.#tasks = this.#tasks.filter((other) => other !== task);
    for (const tab of this.tabs) tab.held = tab.held.filter((other) => other !== task);
  }

  pending(tab: Tab): number {
    return this.#tasks.filter((task) => task.tab === tab).length;
  }

  /** Runs what is due within a time, in order. */
  async run(ms: number): Promise<void> {
    const end = this.now + ms;
    await tick();
    for (;;) {
      let next: Task | undefined;
      for (const task of this.#tasks) {
        if (task.at <= end && (!next || task.at < next.at || (task.at === next.at && task.order < next.order)))
          next = task;
      }
      if (!next) break;
      const task = next;
      this.#tasks.splice(this.#tasks.indexOf(task), 1);
      this.now = Math.max(this.now, task.at);
      if (task.tab?.dead) continue;
      if (task.tab?.hung) task.tab.held.push(task);
      else {
        task.run();
        await tick();
      }
    }
    this.now = end;
  }

  tab(crossTab: CrossTab, options: Partial<TabOptions> = {}): Tab {
    const tab = new Tab(this, crossTab, options);
    this.tabs.push(tab);
    return tab;
  }

  /** Streams that are open now. */
  get streams(): number {
    return this.hub.streams.size;
  }
}

interface Request {
  tab: Tab;
  name: string;
  signal: AbortSignal | undefined;
  call: LockGrantedCallback<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

class Locks {
  readonly #world: World;
  readonly held = new Map<string, Request>();
  queue: Request[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  of(tab: Tab): LockManager {
    return {
      request: (name: string, options: LockOptions, call: LockGrantedCallback<unknown>) =>
        new Promise<unknown>((resolve, reject) => {
          const { signal, steal } = options;
          const request = { tab, name, signal, call, resolve, reject };
          if (steal) {
            const holder = this.held.get(name);
            this.held.delete(name);
            if (holder) this.#fail(holder);
            return this.#grant(request);
          }
          signal?.addEventListener("abort", () => {
            if (!this.queue.includes(request)) return;
            this.queue = this.queue.filter((other) => other !== request);
            this.#fail(request);
          });
          this.queue.push(request);
          this.#next(name);
        }),
    } as unknown as LockManager;
  }

  /** The browser takes back all that a page held. */
  drop(tab: Tab): void {
    this.queue = this.queue.filter((request) => request.tab !== tab);
    for (const [name, request] of this.held) if (request.tab === tab) this.#release(request, name);
  }

  #fail({ tab, reject }: Request): void {
    this.#world.schedule(tab, 0, () => reject(new DOMException("aborted", "AbortError")));
  }

  #grant(request: Request): void {
    this.held.set(request.name, request);
    this.#world.schedule(request.tab, 0, () => {
      const { signal, call, name, resolve, reject } = request;
      if (signal?.aborted) {
        this.#release(request, name);
        return reject(new DOMException("aborted", "AbortError"));
      }
      Promise.resolve(call({ name, mode: "exclusive" })).then((value) => {
        this.#release(request, name);
        resolve(value);
      }, reject);
    });
  }

  #release(request: Request, name: string): void {
    if (this.held.get(name) !== request) return;
    this.held.delete(name);
    this.#next(name);
  }

  #next(name: string): void {
    if (this.held.has(name)) return;
    const next = this.queue.find((request) => request.name === name);
    if (!next) return;
    this.queue = this.queue.filter((request) => request !== next);
    this.#grant(next);
  }
}

class Channel {
  onmessage: ((event: { data: unknown }) => void) | undefined;
  closed = false;

  constructor(
    readonly name: string,
    readonly tab: Tab,
  ) {
    tab.world.channels.add(this);
  }

  postMessage(data: Record<string, unknown>): void {
    if (this.closed) throw new DOMException("closed", "InvalidStateError");
    const { world } = this.tab;
    world.said.push({ name: this.name, from: this.tab, data });
    for (const other of world.channels) {
      if (other === this || other.name !== this.name || world.loses(data, other.tab)) continue;
      const copy = structuredClone(data);
      world.schedule(other.tab, 1, () => {
        if (!other.closed) other.onmessage?.({ data: copy });
      });
    }
  }

  close(): void {
    this.closed = true;
    this.tab.world.channels.delete(this);
  }
}

export interface TabOptions {
  connect: SSEConnectOptions;
  hidden: boolean;
  /** What the page asks for a token, each time. */
  token: () => "given" | "failed" | "none";
  baseURL: string;
  cursor: string;
  /** What the browser lacks, or has otherwise. */
  platform: Record<string, unknown>;
  direct: SourceFactory;
}

/** A page with one service. */
export class Tab {
  hidden: boolean;
  hung = false;
  dead = false;
  frozen = false;
  /** What waits for a page that hangs. */
  held: Task[] = [];
  /** Application events as listeners got them. */
  readonly received: string[] = [];
  readonly gaps: string[] = [];
  readonly states: string[] = [];
  readonly errors: SSEError[] = [];
  tokens = 0;
  token: TabOptions["token"];
  cursor: string | undefined;
  readonly source: Source;
  readonly #page = new EventTarget();
  readonly #connect: SSEConnectOptions;
  /** Called with each event, as a listener. */
  onEvent: (id: string) => void = () => {};
  onState: (state: string) => void = () => {};

  constructor(
    readonly world: World,
    crossTab: CrossTab,
    {
      connect = {},
      hidden = false,
      token = () => "given",
      baseURL = "https://hub.test",
      cursor,
      platform,
      direct,
    }: Partial<TabOptions>,
  ) {
    this.hidden = hidden;
    this.token = token;
    this.cursor = cursor;
    this.#connect = connect;
    const tab = this;
    const host: SourceHost = {
      baseURL,
      platform: {
        Date: { now: () => Math.floor(world.now + world.skew) },
        Math: { random: world.random },
        setTimeout: (call: () => void, ms: number) => world.schedule(tab, ms, call),
        clearTimeout: (task: unknown) => world.cancel(task as Task),
        fetch,
        addEventListener: this.#page.addEventListener.bind(this.#page),
        document: {
          get visibilityState() {
            return tab.hidden ? "hidden" : "visible";
          },
        },
        navigator: { locks: world.locks.of(this) },
        BroadcastChannel: class extends Channel {
          constructor(name: string) {
            super(name, tab);
          }
        } as unknown as typeof BroadcastChannel,
        ...platform,
      } as SourceHost["platform"],
      cursor: () => this.cursor,
      batch: (events) => this.#batch(events),
      state: (state) => {
        if (state === this.state) return;
        this.states.push(state);
        this.onState(state);
      },
      error: (error) => this.errors.push(error),
    };
    const keep = host.state;
    host.state = (state, error) => {
      if (error) this.errors.push(error);
      keep(state);
    };
    this.source = crossTab(direct ?? world.hub.direct(this))(host);
  }

  get state(): string {
    return this.states.at(-1) ?? "idle";
  }

  open(options: SSEConnectOptions = this.#connect): this {
    this.source.open(options);
    return this;
  }

  close(): void {
    this.source.close();
  }

  dispatch(type: string): void {
    this.#page.dispatchEvent(new Event(type));
  }

  show(): void {
    this.hidden = false;
    this.dispatch("visibilitychange");
  }

  hide(): void {
    this.hidden = true;
    this.dispatch("visibilitychange");
  }

  hang(): void {
    this.hung = true;
  }

  /** What has waited happens now, in order. */
  recover(): void {
    this.hung = false;
    for (const { run } of this.held.splice(0)) this.world.schedule(this, 0, run);
  }

  freeze(): void {
    this.dispatch("freeze");
    this.frozen = true;
    this.hung = true;
  }

  thaw(): void {
    this.frozen = false;
    this.recover();
    this.dispatch("resume");
  }

  kill(): void {
    this.dead = true;
    this.world.locks.drop(this);
    for (const channel of this.world.channels) if (channel.tab === this) channel.close();
    for (const stream of this.world.hub.streams) if (stream.tab === this) this.world.hub.streams.delete(stream);
  }

  /** What a service does: drops what it has seen, moves its cursor. */
  #batch(events: readonly RawEvent[]): void {
    for (const { type, data, id } of events) {
      const ahead = this.cursor === undefined ? true : isAhead(id, this.cursor);
      if (type === "gap") {
        this.gaps.push(data);
        if (data.includes("unknown_id") || ahead !== false) this.cursor = id;
      } else if (type === "hello") {
        if (ahead !== false) this.cursor = id;
      } else if (/^(ping|reauth|bye)$/.test(type)) {
        if (ahead) this.cursor = id;
      } else {
        if (ahead === undefined) throw new Error(`${id} is of another epoch than ${this.cursor}`);
        if (!ahead) continue;
        this.cursor = id;
        this.received.push(id);
        this.onEvent(id);
      }
    }
  }
}

const isAhead = (id: string, cursor: string): boolean | undefined => {
  const [epoch, sequence] = id.split("-") as [string, string];
  const [current, last] = cursor.split("-") as [string, string];
  return epoch === current ? BigInt(sequence) > BigInt(last) : undefined;
};

interface Stream {
  tab: Tab;
  /** Index into the log of what comes next. */
  next: number;
  /** Of what was sent last. */
  epoch: string;
  waiting: boolean;
  push: (events: RawEvent[]) => void;
  lost: () => void;
}

/** A log of one or more epochs, and streams that start where the specification says. */
export class Hub {
  /** All that was published, kept or not. */
  readonly log: { id: string; epoch: string; sequence: number; data: string }[] = [];
  readonly streams = new Set<Stream>();
  epoch = "a";
  sequence = 0;
  /** Index of the oldest event that is kept. */
  kept = 0;
  down = false;
  /** What an attempt is answered with, where it is refused. */
  refusal: SSEError | undefined;
  attempts = 0;
  readonly #world: World;
  /** Indexes into the log, by epoch that has ended. */
  readonly #ends = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  get head(): string {
    return `${this.epoch}-${this.sequence}`;
  }

  publish(count = 1, data = "1"): void {
    for (let i = 0; i < count; i++) {
      this.sequence++;
      this.log.push({ id: this.head, epoch: this.epoch, sequence: this.sequence, data });
    }
    for (const stream of this.streams) this.#pump(stream);
  }

  /** A stored tail may have been lost. */
  restart(epoch: string): void {
    this.#ends.set(this.epoch, this.log.length);
    this.epoch = epoch;
    this.sequence = 0;
    this.cut();
  }

  /** A backup was restored: the same epoch, but shorter. */
  rewind(sequence: number): void {
    this.cut();
    while (this.log.length && (this.log.at(-1)?.sequence ?? 0) > sequence) this.log.pop();
    this.sequence = sequence;
  }

  /** Breaks every stream. */
  cut(): void {
    for (const stream of [...this.streams]) {
      this.streams.delete(stream);
      this.#world.schedule(stream.tab, 1, stream.lost);
    }
  }

  /** Retention keeps so many. */
  retain(count: number): void {
    this.kept = Math.max(this.kept, this.log.length - count);
  }

  ping(): void {
    for (const stream of this.streams) {
      if (stream.waiting) continue;
      if (stream.epoch === this.epoch) stream.push([this.#system("ping", this.head)]);
      // A ping never bears a position of which a gap has yet to tell.
      else this.#pump(stream);
    }
  }

  #system(type: string, id: string, data: object = {}): RawEvent {
    return { type, id, data: JSON.stringify(data) };
  }

  /** The first events of a stream that starts after a cursor, and where it goes on. */
  #start(cursor: string | undefined, since: string | undefined): { events: RawEvent[]; next: number } {
    const hello = (id: string) => this.#system("hello", id);
    const before = (index: number) => {
      const event = this.log[index];
      return event ? `${event.epoch}-${event.sequence - 1}` : this.head;
    };
    if (cursor === undefined) {
      const next = since === "earliest" ? this.kept : this.log.length;
      return { events: [hello(since ? before(next) : this.head)], next };
    }
    const [epoch, digits] = cursor.split("-") as [string, string];
    const sequence = Number(digits);
    if (epoch === this.epoch && sequence > this.sequence) {
      const events = [
        hello(this.head),
        this.#system("gap", this.head, { reason: "unknown_id", from: null, to: this.head }),
      ];
      return { events, next: this.log.length };
    }
    const events = [hello(cursor)];
    if (epoch !== this.epoch && !this.#ends.has(epoch)) {
      const to = before(this.kept);
      return { events: [...events, this.#system("gap", to, { reason: "epoch", from: cursor, to })], next: this.kept };
    }
    let next = this.log.findIndex((event) => event.epoch === epoch && event.sequence > sequence);
    if (next < 0) next = this.#ends.get(epoch) ?? this.log.length;
    if (next < this.kept) {
      const to = before(this.kept);
      events.push(this.#system("gap", to, { reason: "retention", from: cursor, to }));
      return { events, next: this.kept };
    }
    return { events, next };
  }

  #pump(stream: Stream): void {
    if (stream.waiting) return;
    stream.waiting = true;
    this.#world.schedule(undefined, 1 + this.#world.random() * 3, () => {
      stream.waiting = false;
      if (!this.streams.has(stream)) return;
      const epoch = this.log[stream.next]?.epoch ?? this.epoch;
      const read: RawEvent[] = [];
      if (stream.epoch !== epoch) {
        const to = `${epoch}-0`;
        read.push(this.#system("gap", to, { reason: "epoch", from: null, to }));
        stream.epoch = epoch;
      }
      const count = 1 + Math.floor(this.#world.random() * 40);
      for (const event of this.log.slice(stream.next, stream.next + count)) {
        if (event.epoch !== epoch) break;
        stream.next++;
        read.push({ type: "note", id: event.id, data: event.data });
      }
      if (read.length) stream.push(read);
      if (stream.next < this.log.length) this.#pump(stream);
    });
  }

  /** A source that keeps one stream up, as the direct source does. */
  direct(tab: Tab): SourceFactory {
    return (host) => {
      const world = this.#world;
      let run = 0;
      const attempt = (options: SSEConnectOptions, mine: number) => {
        const current = () => mine === run;
        const again = (error: SSEError) => {
          if (!current()) return;
          host.error(error);
          if (current()) world.schedule(tab, 50 + world.random() * 200, () => current() && attempt(options, mine));
        };
        host.state("connecting");
        if (!current()) return;
        tab.tokens++;
        const token = tab.token();
        world.schedule(tab, 5, () => {
          if (!current()) return;
          if (token === "failed") return again(new SSEError("token_failed"));
          if (token === "none") {
            run++;
            return host.state("error", new SSEError("signed_out", { retryable: false }));
          }
          const cursor = host.cursor();
          this.attempts++;
          world.schedule(tab, 10 + world.random() * 30, () => {
            if (!current()) return;
            if (this.refusal) {
              if (this.refusal.retryable) return again(this.refusal);
              run++;
              return host.state(this.refusal.code === "bye" ? "closed" : "error", this.refusal);
            }
            if (this.down) return again(new SSEError("network"));
            const { events, next } = this.#start(cursor, options.since);
            const stream: Stream = {
              tab,
              next,
              waiting: false,
              epoch: events.at(-1)?.id.split("-")[0] as string,
              push: (read) => {
                world.schedule(tab, 1, () => {
                  if (current()) host.batch(read);
                });
              },
              lost: () => again(new SSEError("network")),
            };
            this.streams.add(stream);
            host.state("connected");
            if (!current()) return;
            host.batch(events);
            this.#pump(stream);
          });
        });
      };
      const drop = () => {
        run++;
        for (const stream of this.streams) if (stream.tab === tab) this.streams.delete(stream);
      };
      return {
        open: (options) => {
          drop();
          attempt(options, run);
        },
        close: drop,
      };
    };
  }
}
