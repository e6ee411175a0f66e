import type { Seen } from "./journal.ts";
import { useNow } from "./useNow.ts";

const inWords = (seconds: number) => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);

/** Where the stream stands. */
export function Facts({ seen, cursor }: { readonly seen: Seen; readonly cursor: string | undefined }) {
  const now = useNow(500);
  const seconds = (from: number, to: number) => Math.max(0, Math.round((to - from) / 1000));
  return (
    <dl className="facts">
      <div>
        <dt>Events</dt>
        <dd id="received">{seen.received}</dd>
      </div>
      <div>
        <dt>Last sign of life</dt>
        <dd id="alive">{seen.heard === undefined ? "none" : `${seconds(seen.heard, now)} s ago`}</dd>
      </div>
      <div>
        <dt>Token</dt>
        <dd id="token">{seen.tokenEnds === undefined ? "none" : `${inWords(seconds(now, seen.tokenEnds))} left`}</dd>
      </div>
      <div>
        <dt>Token extended</dt>
        <dd id="extended">{["never", "once"][seen.extended] ?? `${seen.extended} times`}</dd>
      </div>
      <div className="wide">
        <dt>Cursor</dt>
        <dd>
          <code id="cursor">{cursor ?? "none"}</code>
        </dd>
      </div>
    </dl>
  );
}
