/** Events for `for await`: a bounded queue between the dispatch, which never waits, and a reader that may. */
import { SSEError } from "./errors.ts";

/** Events that wait for the reader of an iteration. */
const LIMIT = 1_000;

export interface Iteration<Event> extends AsyncIterableIterator<Event, undefined> {
  push(event: Event): void;
  /** What is queued is still read; then the iteration is over, or throws. */
  end(error?: unknown): void;
}

/** `onEnd` is called once, whoever ended it. */
export function createIteration<Event>(onEnd: () => void): Iteration<Event> {
  const queue: Event[] = [];
  let ended = false;
  let failure: unknown;
  let wake = () => {};

  const end = (error?: unknown) => {
    if (ended) return;
    ended = true;
    failure = error;
    onEnd();
    wake();
  };

  return {
    push(event) {
      if (ended) return;
      if (queue.length === LIMIT) return end(new SSEError("overflow", `the reader is ${LIMIT} events behind`));
      queue.push(event);
      wake();
    },
    end,
    async next() {
      while (!queue.length && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (queue.length) return { value: queue.shift() as Event, done: false };
      if (failure === undefined) return { value: undefined, done: true };
      const error = failure;
      failure = undefined;
      throw error;
    },
    async return() {
      queue.length = 0;
      end();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
