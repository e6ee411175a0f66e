/** Events for `for await`: a bounded queue between the dispatch, which never waits, and a reader that may. */
import { onAbort } from "./abort.ts";
import { SSEError } from "./errors.ts";
import type { SSEService } from "./service.ts";
import type { EventsMatching, TypePattern } from "./types.ts";

/** Events that wait for the reader of an iteration. */
const LIMIT = 1_000;

/** Begins to listen at once. What is queued is still read when it ends; then it is over, or throws. */
export const iterate =
  <Events>(service: SSEService<Events>): SSEService<Events>["events"] =>
  <const Pattern extends TypePattern<Events>>(
    types: Pattern | readonly Pattern[],
    { signal }: { signal?: AbortSignal } = {},
  ) => {
    type Event = EventsMatching<Events, Pattern>;
    const queue: Event[] = [];
    let over: unknown;
    let wake = () => {};

    const end = (why: unknown) => {
      over ??= why;
      signal?.removeEventListener("abort", stop);
      off();
      offState();
      wake();
    };
    const stop = () => end(0);
    const off = service.on(types, (event) => {
      queue[LIMIT - 1] ? end(new SSEError("overflow")) : queue.push(event);
      wake();
    });
    const offState = service.onStateChange(
      (state, _, error) => /ing|ted/.test(state) || end(state === "error" ? error : 0),
    );
    onAbort(signal, stop);

    return (async function* () {
      try {
        for (;;) {
          while (queue[0]) yield queue.shift() as Event;
          if (over === 0) return;
          if (over) throw over;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        stop();
      }
    })();
  };
