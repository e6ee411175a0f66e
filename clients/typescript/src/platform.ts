/** What the client takes from its surroundings; tests bring their own. Nothing is touched until it is used. */
export interface Platform {
  /** `Date.now()`. */
  now(): number;
  /** `Math.random()`. */
  random(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** `window`, or undefined where there is no page: `online`, `pageshow`, `pagehide`, `visibilitychange`, `freeze`, `resume`. */
  readonly page: EventTarget | undefined;
}

/** The real one. */
export const platform: Platform = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
  get page() {
    return typeof document === "undefined" ? undefined : globalThis;
  },
};
