/** A hub made of answers that a test gives, through `fetch`. */
import { settle } from "./platform.ts";

const encoder = new TextEncoder();

/** One request, and what may be done with it. */
export class Exchange {
  readonly url: URL;
  readonly headers: Headers;
  readonly method: string;
  readonly body: unknown;
  /** The client has let go of it. */
  aborted = false;
  #answer: (response: Response) => void;
  #fail: (error: unknown) => void;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(
    input: string | URL | Request,
    init: RequestInit,
    answer: (response: Response) => void,
    fail: (error: unknown) => void,
  ) {
    this.url = new URL(`${input}`);
    this.headers = new Headers(init.headers);
    this.method = init.method ?? "GET";
    this.body = init.body && JSON.parse(`${init.body}`);
    this.#answer = answer;
    this.#fail = fail;
    const abort = () => {
      this.aborted = true;
      this.fail(init.signal?.reason);
    };
    init.signal?.addEventListener("abort", abort);
    if (init.signal?.aborted) abort();
  }

  get token(): string | undefined {
    return this.headers.get("Authorization")?.replace("Bearer ", "");
  }

  respond(status: number, body?: unknown, headers: Record<string, string> = {}): Promise<void> {
    const type = status >= 400 ? "application/problem+json" : "application/json";
    this.#answer(
      new Response(body === undefined ? null : JSON.stringify(body), {
        status,
        headers: { ...(body !== undefined && { "Content-Type": type }), ...headers },
      }),
    );
    return settle();
  }

  respondWith(response: Response): Promise<void> {
    this.#answer(response);
    return settle();
  }

  /** A problem document. */
  refuse(status: number, code: string, headers?: Record<string, string>): Promise<void> {
    return this.respond(status, { code, detail: `the hub says ${code}` }, headers);
  }

  /** `200`, and a stream to write to. */
  open(contentType = "text/event-stream"): Promise<void> {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#stream = controller;
      },
    });
    this.#answer(new Response(body, { headers: { "Content-Type": contentType } }));
    return settle();
  }

  /** One network read. */
  write(text: string): Promise<void> {
    try {
      this.#stream?.enqueue(encoder.encode(text));
    } catch {
      // Closed by the client.
    }
    return settle();
  }

  /** An event's text. */
  static frame(type: string, data: unknown, id: string): string {
    return `event: ${type}\nid: ${id}\ndata: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
  }

  send(type: string, data: unknown, id: string): Promise<void> {
    return this.write(Exchange.frame(type, data, id));
  }

  /** The beginning of every stream. */
  async hello(id = "e-0", more: Record<string, unknown> = {}): Promise<void> {
    if (!this.#stream) await this.open();
    await this.send(
      "hello",
      { connection_id: "c1", heartbeat_ms: 15_000, retry_ms: 1000, resumed: false, ...more },
      id,
    );
  }

  /** The stream's plain end. */
  end(): Promise<void> {
    this.#stream?.close();
    return settle();
  }

  /** The connection breaks. */
  fail(error: unknown = new TypeError("network down")): Promise<void> {
    this.#fail(error);
    try {
      this.#stream?.error(error);
    } catch {
      // Closed already.
    }
    return settle();
  }
}

export class FakeHub {
  readonly exchanges: Exchange[] = [];
  /** Called for each request; by default nothing is answered until the test does. */
  answer: (exchange: Exchange) => void = () => {};

  readonly fetch: typeof globalThis.fetch = (input, init = {}) =>
    new Promise((resolve, reject) => {
      const exchange = new Exchange(input as string, init, resolve, reject);
      this.exchanges.push(exchange);
      this.answer(exchange);
    });

  /** The newest request. */
  get last(): Exchange {
    const exchange = this.exchanges.at(-1);
    if (!exchange) throw new Error("nothing was asked of the hub");
    return exchange;
  }

  /** The requests for streams. */
  get streams(): Exchange[] {
    return this.exchanges.filter(({ url }) => url.pathname.endsWith("/stream"));
  }
}
