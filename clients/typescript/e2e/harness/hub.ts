/** A hub of a test's own: the real binary on a free port, with a folder, a log, and what was published through it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { accessToken, PUBLISHER_KEY, SECRET } from "./tokens.ts";

export const BINARY = process.env.TIDINGS_BINARY ?? join(import.meta.dirname, "../../../../build/release/tidings");

export interface Publication {
  type: string;
  data: unknown;
  users?: string[];
  channels?: string[];
  /** Stored once, however often it is sent. */
  key?: string;
}

/** A publication with the id under which the hub acknowledged it. */
export type Published = Publication & { id: string };

export interface Connection {
  id: string;
  user: string;
}

interface LogLine {
  event: string;
  [field: string]: unknown;
}

export class Hub {
  /** All that was acknowledged, in the order of the log. */
  readonly published: Published[] = [];
  readonly #folder: string;
  readonly #settings: Record<string, string>;
  #process: ChildProcess | undefined;
  #mark = 0;
  #port = 0;

  /** Settings by their names; a value that is empty leaves the default out. */
  constructor(folder: string, settings: Record<string, string> = {}) {
    this.#folder = folder;
    this.#settings = {
      data_dir: join(folder, "data"),
      "auth.secret": SECRET,
      "auth.clock_skew": "0s",
      "publish.key": PUBLISHER_KEY,
      "log.level": "debug",
      "log.format": "json",
      drain: "200ms",
      shards: "2",
      ...settings,
    };
  }

  get port() {
    return this.#port;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  get #logPath() {
    return join(this.#folder, "hub.log");
  }

  /** Starts, on the port that it had before if it ran before, and waits until it takes streams. */
  async start(): Promise<void> {
    this.#mark = existsSync(this.#logPath) ? statSync(this.#logPath).size : 0;
    const log = openSync(this.#logPath, "a");
    const settings = { listen: `127.0.0.1:${this.#port}`, ...this.#settings };
    const flags = Object.entries(settings).flatMap(([name, value]) => (value ? [`--${name}=${value}`] : []));
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TIDINGS_")));
    this.#process = spawn(BINARY, ["serve", ...flags], { stdio: ["ignore", log, log], env: own });
    await this.logged("ready");
    this.#port = Number(/:(\d+)$/.exec((await this.logged("listening")).address as string)?.[1]);
  }

  /** The first line of this event since the last start, or after `after` bytes of the log. */
  logged(event: string, after = this.#mark): Promise<LogLine> {
    return eventually(`the hub logs ${event}`, () => {
      const status = this.#process?.exitCode;
      if (status) throw new Error(`the hub ended with ${status}: ${readFileSync(this.#logPath, "utf8").slice(-2000)}`);
      const lines = readFileSync(this.#logPath).subarray(after).toString().split("\n").slice(0, -1);
      return lines
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as LogLine)
        .find((line) => line.event === event);
    });
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Drains and ends. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals) {
    const process = this.#process;
    this.#process = undefined;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, "exit");
    process.kill(signal);
    await ended;
  }

  /** SIGHUP: reads keys and limits again. */
  async reload(): Promise<void> {
    const after = statSync(this.#logPath).size;
    this.#process?.kill("SIGHUP");
    await this.logged("keys_reloaded", after);
  }

  /** Publishes in one request, all or none, and records what was acknowledged. */
  async publish(...events: Publication[]): Promise<Published[]> {
    const answer = await fetch(`${this.url}/api/v1/events`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${PUBLISHER_KEY}` },
      body: JSON.stringify(events),
    });
    if (answer.status !== 200) throw new Error(`publishing was refused: ${await answer.text()}`);
    const { ids } = (await answer.json()) as { ids: string[] };
    const published = events.map((event, index) => ({ ...event, id: ids[index] as string }));
    this.published.push(...published);
    return published;
  }

  /** What the hub has counted under this name, over all labels that match. */
  async counted(name: string, labels = ""): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
    if (!lines[0]) throw new Error(`the hub counts no ${name} ${labels}`);
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  /** The open streams, as an operator sees them. */
  async connections(): Promise<Connection[]> {
    const answer = await fetch(`${this.url}/api/v1/connections`, {
      headers: { Authorization: `Bearer ${accessToken({ sub: "operator", tidings: { admin: true } })}` },
    });
    if (!answer.ok) throw new Error(`no list of connections: ${await answer.text()}`);
    return ((await answer.json()) as { connections: Connection[] }).connections;
  }
}
