/** What stands between a page and its hub: a TCP proxy that can be cut, can fall silent, and counts. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

const REQUEST = /^(GET|POST|DELETE|OPTIONS|HEAD) (\/\S*) HTTP\/1\.1\r\n/;

export class TcpProxy {
  /** Each request's method and path with its query, as far as a request begins with a packet, as browsers' do. */
  readonly requests: string[] = [];
  readonly #pairs = new Set<[Socket, Socket]>();
  readonly #silent = new WeakSet<[Socket, Socket]>();
  readonly #server: Server;
  readonly #target: () => number;
  #cut = false;

  constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((page) => this.#join(page));
  }

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many requests' paths begin so. */
  count(method: string, path: string): number {
    return this.requests.filter((request) => request.startsWith(`${method} ${path}`)).length;
  }

  #join(page: Socket) {
    page.on("error", () => {});
    if (this.#cut) return void page.resetAndDestroy();
    const hub = connect(this.#target(), "127.0.0.1");
    const pair: [Socket, Socket] = [page, hub];
    this.#pairs.add(pair);
    page.on("data", (bytes) => {
      const request = REQUEST.exec(bytes.toString("latin1"));
      if (request) this.requests.push(`${request[1]} ${request[2]}`);
    });
    hub.on("error", () => {
      if (!this.#silent.has(pair)) page.resetAndDestroy();
    });
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on("close", () => {
        if (this.#silent.has(pair)) return;
        this.#pairs.delete(pair);
        for (const one of pair) one.destroy();
      });
    }
    page.pipe(hub).pipe(page);
  }

  /** Resets every connection, and each that is tried, until `restore()`. */
  cut(): void {
    this.#cut = true;
    for (const pair of this.#pairs) {
      this.#silent.delete(pair);
      for (const socket of pair) socket.resetAndDestroy();
    }
  }

  restore(): void {
    this.#cut = false;
  }

  /** The connections that are there stay open, and nothing passes through them any more, not even their end. */
  silence(): void {
    for (const pair of this.#pairs) {
      const [page, hub] = pair;
      this.#silent.add(pair);
      page.unpipe(hub);
      hub.unpipe(page);
      page.pause();
      hub.pause();
    }
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }
}
