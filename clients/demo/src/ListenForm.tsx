import type { FormEvent } from "react";
import { type Settings, writeFragment } from "./settings.ts";

interface Properties {
  readonly settings: Settings;
  readonly connected: boolean;
  onChange(settings: Settings): void;
  onConnect(settings: Settings): void;
}

/** Who listens, to what, and how; and a second tab that does the same. */
export function ListenForm({ settings, connected, onChange, onConnect }: Properties) {
  const set = (changes: Partial<Settings>) => onChange({ ...settings, ...changes });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConnect(settings);
  };

  return (
    <form id="stream" className="card" onSubmit={submit}>
      <h2>1 · Listen</h2>
      <label>
        User
        <input
          id="user"
          list="users"
          required
          maxLength={255}
          autoComplete="off"
          value={settings.user}
          onChange={(event) => set({ user: event.target.value })}
        />
      </label>
      <datalist id="users">
        <option value="alice" />
        <option value="bob" />
        <option value="carol" />
      </datalist>
      <label>
        Types
        <input
          id="types"
          placeholder="every type; or chapter.*, novel.created"
          autoComplete="off"
          value={settings.types}
          onChange={(event) => set({ types: event.target.value })}
        />
      </label>
      <label>
        Channels
        <input
          id="channels"
          placeholder="none; or novel:42, novel:*"
          autoComplete="off"
          value={settings.channels}
          onChange={(event) => set({ channels: event.target.value })}
        />
      </label>
      <div className="pair">
        <label>
          Starts
          <select id="since" value={settings.since} onChange={(event) => set({ since: event.target.value })}>
            <option value="">now</option>
            <option value="15m">15 minutes ago</option>
            <option value="earliest">at the oldest kept</option>
          </select>
        </label>
        <label>
          Token lives
          <select id="lifetime" value={settings.lifetime} onChange={(event) => set({ lifetime: event.target.value })}>
            <option value="20">20 s: watch it extended</option>
            <option value="60">1 minute</option>
            <option value="3600">1 hour</option>
          </select>
        </label>
      </div>
      <label>
        Transport
        <select
          id="transport"
          value={settings.transport}
          onChange={(event) => set({ transport: event.target.value === "eventsource" ? "eventsource" : "fetch" })}
        >
          <option value="fetch">fetch, its token in a header</option>
          <option value="eventsource">EventSource, by a session</option>
        </select>
      </label>
      <label className="check">
        <input
          id="share"
          type="checkbox"
          checked={settings.share}
          onChange={(event) => set({ share: event.target.checked })}
        />
        One connection for all tabs
      </label>
      <div className="row">
        <button id="connect" type="submit" className="main">
          {connected ? "Connect anew" : "Connect"}
        </button>
        <a id="another" className="button" href={writeFragment(settings)} target="_blank" rel="noreferrer">
          Another tab ↗
        </a>
      </div>
    </form>
  );
}
