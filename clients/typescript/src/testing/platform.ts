/** A clock, a die and a page in the hands of a test. */
import type { Platform } from "../platform.ts";

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** Lets everything happen that needs no time to pass. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

export class FakePlatform extends EventTarget implements Platform {
  time = 1_700_000_000_000;
  /** What the die shows next; 0.5 by default. */
  random = () => 0.5;
  readonly document = { visibilityState: "visible" };
  readonly Date = { now: () => this.time };
  readonly Math = { random: () => this.random() };
  readonly fetch: typeof globalThis.fetch = () => Promise.reject(new Error("no fetch in this test"));
  #timers = new Map<number, Timer>();
  #next = 1;

  setTimeout = (call: () => void, ms: number): number => {
    this.#timers.set(this.#next, { at: this.time + ms, call });
    return this.#next++;
  };

  clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as number);
  };

  /** How many timers run. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Passes time, with every timer at its moment. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    await settle();
    for (;;) {
      let next: [number, Timer] | undefined;
      for (const entry of this.#timers) if (entry[1].at <= until && !(next && next[1].at <= entry[1].at)) next = entry;
      if (!next) break;
      this.#timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].at);
      next[1].call();
      await settle();
    }
    this.time = until;
  }

  /** A page event; the time stands still. */
  async page(type: string): Promise<void> {
    this.dispatchEvent(new Event(type));
    await settle();
  }
}
