/** The page's own publisher: in order, and numbered so that whoever receives can tell a hole. */
import { askForToken, type Outgoing, publish, Refusal, type Token } from "./hub.ts";

/** A token that ends sooner is replaced. */
const margin = 5_000;
/** Milliseconds before an event is sent again. */
const pause = 500;
/** Events that may wait for their turn while the hub is slow. */
const waitingAtMost = 100;

export class Publisher {
  /** Tells this page's numbers from another's. */
  readonly #page = Math.random().toString(36).slice(2, 8);
  readonly #published = new Map<string, number>();
  #token: Token | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Publishes after all that was asked for before. Rejects with the hub's words. */
  async publish(event: Outgoing): Promise<void> {
    if (this.#waiting === waitingAtMost) throw new Error(`${waitingAtMost} events are waiting for the hub already`);
    this.#waiting += 1;
    const sent = this.#turn.then(() => this.#send(event)).finally(() => this.#waiting--);
    this.#turn = sent.catch(() => {});
    return sent;
  }

  async #send(event: Outgoing): Promise<void> {
    const series = [this.#page, ...(event.users ?? event.channels ?? ["everyone"]), event.type].join(" ");
    const n = (this.#published.get(series) ?? 0) + 1;
    const { data } = event;
    const numbered = typeof data === "object" && data !== null && !Array.isArray(data);
    await this.#deliver({ ...event, key: crypto.randomUUID(), ...(numbered && { data: { ...data, n, series } }) });
    this.#published.set(series, n);
  }

  /** Sends until it is answered: without an answer nobody knows whether it is stored, and its key sees to that it is once. */
  async #deliver(event: Outgoing): Promise<void> {
    for (;;) {
      try {
        return await publish(event, await this.#bearer());
      } catch (error) {
        const status = error instanceof Refusal ? error.status : 503;
        if (status < 500 && (status !== 401 || !this.#token)) throw error;
        this.#token = status === 401 ? undefined : this.#token;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #bearer(): Promise<string> {
    if (!this.#token || this.#token.ends < Date.now() + margin)
      this.#token = await askForToken({ user: "demo-backend", publish: ["**"], expires_in: 3600 });
    return this.#token.value;
  }
}
