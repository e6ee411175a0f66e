import { type FormEvent, useEffect, useState } from "react";
import { Publisher } from "./publisher.ts";

type Recipient = "me" | "user" | "channel" | "everyone";
/** Milliseconds between two ticks. */
const tick = 200;

/** What is typed stands for itself where it isn't JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The part of a backend: it publishes, one event or five a second. */
export function PublishForm({ user }: { readonly user: string }) {
  const [publisher] = useState(() => new Publisher());
  const [to, setTo] = useState<Recipient>("me");
  const [name, setName] = useState("");
  const [type, setType] = useState("chapter.updated");
  const [text, setText] = useState('{"title": "The Harbour"}');
  const [ticking, setTicking] = useState(false);
  const [problem, setProblem] = useState<string>();
  const named = to === "user" || to === "channel";

  const publish = (type: string, data: unknown) => {
    const recipients = {
      me: { users: [user] },
      user: { users: [name] },
      channel: { channels: [name] },
      everyone: {},
    };
    publisher.publish({ type, data, ...recipients[to] }).then(
      () => setProblem(undefined),
      (error: Error) => setProblem(error.message),
    );
  };

  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => publish("demo.tick", {}), tick);
    return () => clearInterval(timer);
  });

  const choose = (recipient: Recipient) => {
    setTo(recipient);
    setName(recipient === "channel" ? "novel:42" : "bob");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    publish(type, parsed(text));
  };

  return (
    <form id="publish" className="card" onSubmit={submit}>
      <h2>2 · Publish</h2>
      <div className="pair">
        <label>
          To
          <select id="to" value={to} onChange={(event) => choose(event.target.value as Recipient)}>
            <option value="me">me</option>
            <option value="user">a user</option>
            <option value="channel">a channel</option>
            <option value="everyone">everyone</option>
          </select>
        </label>
        {named && (
          <label>
            Name
            <input
              id="name"
              required
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        )}
      </div>
      <label>
        Type
        <input
          id="type"
          required
          maxLength={128}
          autoComplete="off"
          value={type}
          onChange={(event) => setType(event.target.value)}
        />
      </label>
      <label>
        Data
        <textarea
          id="data"
          rows={2}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="row">
        <button type="submit" className="main">
          Publish
        </button>
        <button id="ticker" type="button" aria-pressed={ticking} onClick={() => setTicking(!ticking)}>
          {ticking ? "Stop" : "Five a second"}
        </button>
      </div>
      {problem !== undefined && (
        <p id="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
