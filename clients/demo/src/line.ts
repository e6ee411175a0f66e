/**
 * The line between this page and the hub, which can be cut: what a lost network does to a stream, at the press of a
 * button. Whoever uses it must get over that without losing anything.
 */
import { SSEError, type Transport } from "@tidings/client";

const lost = () => new SSEError("network", { message: "the line is cut" });

export class Line {
  /** Aborted by cutting; undefined while it is cut. */
  #whole: AbortController | undefined = new AbortController();

  /** All that goes over it breaks off, and nothing else gets through. */
  cut(): void {
    this.#whole?.abort(lost());
    this.#whole = undefined;
  }

  mend(): void {
    this.#whole ??= new AbortController();
  }

  /** `fetch` over this line: for each request of a service's, and for the streams of its default transport. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const signals = [init?.signal, this.#signal()].filter((signal) => signal instanceof AbortSignal);
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };

  /** The same transport over this line, for one that reads its streams without `fetch`. */
  through(transport: Transport): Transport {
    return async (request, sink) => {
      const whole = this.#signal();
      const over = new AbortController();
      const cut = new Promise<never>((_, reject) => {
        whole.addEventListener("abort", () => reject(whole.reason), { signal: over.signal });
      });
      // The service aborts the request once this is rejected, and with it what the transport still holds.
      await Promise.race([cut, transport(request, sink)]).finally(() => over.abort());
    };
  }

  #signal(): AbortSignal {
    if (!this.#whole) throw lost();
    return this.#whole.signal;
  }
}
