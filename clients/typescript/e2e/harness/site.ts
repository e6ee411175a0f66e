/** The application's own server: pages, the built package, and tokens for whoever is signed in. Another origin than the hub. */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { accessToken } from "./tokens.ts";

const PAGES = join(import.meta.dirname, "../pages");
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".map": "application/json",
};

export interface TokenRequest {
  user: string;
  reason: string;
  /** Which tab asks. */
  tab: string;
}

/** A token; null for a user who is signed out; or a status, for a server that fails. */
export type TokenAnswer = string | null | number;

export class Site {
  /** The questions for tokens, in order. */
  readonly asked: TokenRequest[] = [];
  /** Replaced by tests of tokens. */
  token: (request: TokenRequest) => TokenAnswer | Promise<TokenAnswer> = ({ user }) =>
    accessToken({ sub: user, tidings: { subscribe: ["**"] } });
  /** Scripts that are made at test time, by name. */
  readonly bundles = new Map<string, string>();
  readonly #server = createServer((request, answer) => {
    const url = new URL(request.url ?? "/", "http://site");
    if (url.pathname === "/token") return void this.#answerToken(url, answer);
    this.#answerFile(url.pathname, answer);
  });

  /** `packageFolder` is what was built: its `dist`. */
  constructor(private readonly packageFolder: string) {}

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answerToken(url: URL, answer: ServerResponse) {
    const request = Object.fromEntries(url.searchParams) as unknown as TokenRequest;
    this.asked.push(request);
    const token = await this.token(request);
    answer.setHeader("Cache-Control", "no-store");
    if (typeof token === "number") answer.writeHead(token).end();
    else if (token === null) answer.writeHead(204).end();
    else answer.end(token);
  }

  #answerFile(path: string, answer: ServerResponse) {
    const bundle = this.bundles.get(path.slice(1));
    const inPackage = path.startsWith("/client/");
    const folder = inPackage ? this.packageFolder : PAGES;
    const file = join(folder, normalize(inPackage ? path.slice("/client".length) : path));
    if (bundle === undefined && !(file.startsWith(folder) && existsSync(file))) return void answer.writeHead(404).end();
    answer.setHeader("Content-Type", TYPES[extname(path)] ?? "text/plain");
    answer.end(bundle ?? readFileSync(file));
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
