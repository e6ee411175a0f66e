/** What a page takes for a hub: its streams say what the test writes, a network read at a time. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "./eventually.ts";

const EPOCH = "00000000000000aa";

export class ScriptedHub {
  /** How many streams were opened. */
  opened = 0;
  #sequence = 0;
  readonly #streams = new Set<ServerResponse>();
  readonly #server = createServer((request, answer) => {
    answer.setHeader("Access-Control-Allow-Origin", "*");
    answer.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID, Cache-Control");
    const path = new URL(request.url ?? "/", "http://hub").pathname;
    if (request.method === "OPTIONS") answer.writeHead(204).end();
    else if (path === "/api/v1/events/stream") this.#open(answer);
    else if (path === "/api/v1/events/session") {
      answer.writeHead(201, { "Content-Type": "application/json" });
      answer.end(JSON.stringify({ session_id: "one", expires_in: 30 }));
    } else answer.writeHead(404).end();
  });

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #open(answer: ServerResponse) {
    this.opened++;
    this.#streams.add(answer);
    answer.on("close", () => this.#streams.delete(answer));
    answer.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const hello = { connection_id: "one", heartbeat_ms: 15_000, retry_ms: 1_000, resumed: false, expires_at: null };
    answer.write(`retry: 1000\nevent: hello\nid: ${EPOCH}-${this.#sequence}\ndata: ${JSON.stringify(hello)}\n\n`);
  }

  /** The only open stream. */
  async #stream(): Promise<ServerResponse> {
    return eventually("one stream is open", () => this.#streams.size === 1 && [...this.#streams][0]);
  }

  /** Writes as many events of a type in one piece, numbered on; as envelopes where an EventSource is to read them. */
  async write(type: string, count: number, envelope = false): Promise<void> {
    let text = "";
    for (let event = 0; event < count; event++) {
      const data = ++this.#sequence;
      const lines = envelope ? `data: ${JSON.stringify({ type, data })}` : `event: ${type}\ndata: ${data}`;
      text += `id: ${EPOCH}-${data}\n${lines}\n\n`;
    }
    (await this.#stream()).write(text);
  }

  /** Ends the stream without a word. */
  async drop(): Promise<void> {
    (await this.#stream()).destroy();
  }

  /** Begins again before the last events, as if it didn't know that they have arrived. */
  rewind(events: number): void {
    this.#sequence -= events;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
