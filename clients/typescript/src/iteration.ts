/** Events for `for await`: a bounded queue between the dispatch, which never waits, and a reader that may. */
import { SSEError } from "./errors.ts";

/** Events that wait for the reader of an iteration. */
const LIMIT = 1_000;

/** The way in, the way to end it (what is queued is still read; then it is over, or throws), and the way out. */
export type Iteration<Event> = readonly [
  push: (event: Event) => void,
  end: (error?: SSEError) => void,
  events: AsyncGenerator<Event, void, void>,
];

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
        if (queue.length) yield queue.shift() as Event;
        else if (ended?.error) throw ended.error;
        else if (ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      end();
    }
  };

  const push = (event: Event) => {
    if (queue.length < LIMIT) queue.push(event);
    else end(new SSEError("overflow"));
    wake();
  };

  return [push, end, read()];
}
