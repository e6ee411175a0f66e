/**
 * What the client takes from its surroundings: a part of the global scope, which is what it is by default. Tests bring
 * their own. Nothing of it is touched before it is used.
 */
export interface Platform {
  readonly Date: { now(): number };
  readonly Math: { random(): number };
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  readonly fetch: typeof globalThis.fetch;
  /** The page's: absent on a server, and never called back there. */
  addEventListener?(type: string, listener: (event: Event) => void, options?: AddEventListenerOptions): void;
  readonly document?: { readonly visibilityState: string };
  readonly navigator?: { readonly locks?: LockManager };
  readonly BroadcastChannel?: typeof globalThis.BroadcastChannel;
  readonly EventSource?: typeof globalThis.EventSource;
}
