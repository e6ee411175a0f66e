import { memo, useState } from "react";
import type { Row } from "./journal.ts";

interface Properties {
  /** Newest first. */
  readonly rows: readonly Row[];
  onClear(): void;
}

/** What came, newest first. Labels that others chose are text here, whatever they hold. */
export function EventList({ rows, onClear }: Properties) {
  const [system, setSystem] = useState(true);
  const shown = system ? rows : rows.filter(({ kind }) => kind === "event" || kind === "gap");
  return (
    <>
      <div className="row tools">
        <h2>3 · Watch</h2>
        <label className="check">
          <input id="system" type="checkbox" checked={system} onChange={(event) => setSystem(event.target.checked)} />
          system events
        </label>
        <button id="clear" type="button" onClick={onClear}>
          Clear
        </button>
      </div>
      <ol id="list">
        {shown.map((row) => (
          <Item key={row.key} row={row} />
        ))}
        {shown.length === 0 && (
          <li className="empty">
            Connect, then publish. Cut the line while five a second are published, and mend it: what was missed arrives
            first.
          </li>
        )}
      </ol>
    </>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hour12: false });

const Item = memo(function Item({ row: { kind, time, type, data, id } }: { readonly row: Row }) {
  return (
    <li className={kind}>
      <time>{clock.format(time)}</time>
      <span className="type">{type}</span>
      <span className="data">{data}</span>
      <code className="id">{id}</code>
    </li>
  );
});
