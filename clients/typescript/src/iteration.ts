/** Events for `for await`: a bounded queue between the dispatch, which never waits, and a reader that may. */
import { SSEError } from "./errors.ts";

/** Events that wait for the reader of an iteration. */
const LIMIT = 1_000;

export interface Iteration<Event> {
  readonly push: (event: Event) => void;
  /** What is queued is still read; then the iteration is over, or throws. */
  readonly end: (error?: SSEError) => void;
  readonly events: AsyncGenerator<Event, void, void>;
}

/** `onEnd` is called when no more events are wanted. */
export function createIteration<Event>(onEnd: () => void): Iteration<Event> {
  const queue: Event[] = [];
  let ended: { error: SSEError | undefined } | undefined;
  let wake = () => {};

  const end = (error?: SSEError) => {
    ended ??= { error };
    onEnd();
    wake();
  };

  const read = async function* () {
    try {
      for (;;) {
        while (queue.length) yield queue.shift() as Event;
        if (ended?.error) throw ended.error;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      end();
    }
  };

  return {
    push(event) {
      if (queue.push(event) > LIMIT) {
        queue.pop();
        end(new SSEError("overflow"));
      }
      wake();
    },
    end,
    events: read(),
  };
}
