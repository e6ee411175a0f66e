import type { SSEConnectionState } from "@tidings/client";
import { useEffect, useState } from "react";
import type { Seen } from "./journal.ts";
import type { Line } from "./line.ts";
import { Pulse } from "./Pulse.tsx";

interface Properties {
  readonly state: SSEConnectionState;
  readonly seen: Seen;
  /** None before the first connection. */
  readonly line: Line | undefined;
  readonly shared: boolean;
}

/** How the connection is, what it did in the last minute, and the scissors. */
export function LineCard({ state, seen, line, shared }: Properties) {
  const [cut, setCut] = useState(false);
  useEffect(() => (cut ? line?.cut() : line?.mend()), [cut, line]);

  const { used, missing, twice, gap } = seen.numbering;
  // Where another tab reads, there is nothing to cut here.
  const nothingToCut = !line || (shared && !seen.reads && !cut);
  const check = used ? (missing + twice > 0 ? "bad" : "good") : "none";

  return (
    <section className="card line">
      <div className="row">
        <span id="state" className="pill" role="status" data-state={state}>
          {state}
        </span>
        {shared && (
          <span id="role" className="chip" data-reads={seen.reads}>
            {seen.reads ? "this tab reads for all" : "another tab reads for this one"}
          </span>
        )}
        <span id="retries" className="soft">
          {seen.failing && `${seen.failing.attempts} failed in a row (${seen.failing.why}), trying on`}
        </span>
        <button id="cut" type="button" disabled={nothingToCut} aria-pressed={cut} onClick={() => setCut(!cut)}>
          {cut ? "Mend the line" : "Cut the line"}
        </button>
      </div>
      <Pulse beats={seen.beats} />
      <p id="check" data-check={check}>
        {check === "none" && "Publish something: this page numbers it, and checks the numbers that arrive."}
        {check === "good" &&
          `✓ nothing missing, nothing twice${gap ? " since the gap" : ""}${state === "reconnecting" ? ", up to the break" : ""}`}
        {check === "bad" && `${missing} missing, ${twice} twice`}
      </p>
    </section>
  );
}
