/** Requests of the hub, and the tokens for them. */
import { onAbort } from "./abort.ts";
import { SSEError } from "./errors.ts";
import type { Platform } from "./platform.ts";
import type { SSEServiceConfig, TokenReason, TokenRequest } from "./types.ts";

/** The longest that a `Retry-After` is believed. */
const RETRY_AFTER_LIMIT = 300_000;
/** How long before its end an SSE token is no longer used, for the way and the hub's own work. */
const SSE_TOKEN_MARGIN = 5_000;

/** Rejects with `signed_out` where there is none, and with `token_failed` where the application threw. */
type GetToken = (reason: TokenReason, signal: AbortSignal) => Promise<string>;

/** Rejects with `SSEError` where the answer is no 2xx, or a 204: the hub says that to whom nothing is to be sent. */
type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** All that reject do so where there is no token, too. */
export type Hub = readonly [
  /** Posts nothing, with the application's access token; a refresh under way serves all who ask meanwhile. */
  post: (path: string, reason: TokenReason, signal: AbortSignal) => Promise<Response>,
  /** Another user may be next. */
  forget: () => void,
  /** A way to ask with what opens streams: an SSE token where there is `getSSEToken`, else the access token. */
  stream: (reason: TokenReason, signal: AbortSignal) => Promise<Send>,
  /** Where a path is. */
  url: (path: string) => string,
];

export function createHub(
  { baseURL, headers, fetch, getAccessToken = () => null, getSSEToken }: SSEServiceConfig,
  platform: Platform,
): Hub {
  let refresh: Promise<string> | undefined;
  let kept: string;
  let keptUntil = 0;

  const fail = (cause?: unknown): never => {
    throw new SSEError("token_failed", { cause });
  };

  const ask = async <Token>(get: (request: TokenRequest) => Token, request: TokenRequest) => {
    const token = await Promise.resolve(request).then(get).catch(fail);
    if (token === null) throw new SSEError("signed_out", { retryable: false });
    // All else that is no token is a fault, such as an answer without it.
    return token || fail();
  };

  const accessToken: GetToken = (reason, signal) => {
    if (refresh) return refresh;
    const asked = ask(getAccessToken, { reason, signal });
    if (reason === "connect") return asked;
    const done = () => {
      if (refresh === mine) refresh = undefined;
    };
    const mine = asked.finally(done);
    refresh = mine;
    // One that hangs must not hold up the next attempt as well.
    onAbort(signal, done);
    return mine;
  };

  const url = (path: string) =>
    `${baseURL}\n${path}`
      .replace(/\/*\n\/*/, "/")
      // An endpoint may have a query of its own.
      .replace(/\?(.*)\?/, "?$1&");

  const send = async (path: string, token: string, signal: AbortSignal, init?: RequestInit) => {
    // `fetch` would quote it in its error.
    if (/[^!-~]/.test(token)) fail();
    const response = await (fetch ?? platform.fetch)(url(path), {
      ...init,
      signal,
      headers: { ...headers, ...init?.headers, Authorization: `Bearer ${token}` },
    });
    const { status } = response;
    if (response.ok && status !== 204) return response;
    // Seconds or a date (RFC 9110 §10.2.3); either turns into a number, or into none.
    const after = response.headers.get("Retry-After") as string & number;
    const { code = `http_${status}`, detail } = (await response.json().catch(() => {})) ?? {};
    throw new SSEError(code, {
      message: detail,
      status,
      retryable: status !== 204 && status !== 400 && status !== 403,
      wait: Math.min(Math.max(1000 * after || Date.parse(after) - platform.Date.now(), 0), RETRY_AFTER_LIMIT),
    });
  };

  const post: Hub[0] = async (path, reason, signal) =>
    send(path, await accessToken(reason, signal), signal, { method: "POST" });

  const stream: Hub[2] = async (reason, signal) => {
    const now = platform.Date.now();
    if (!getSSEToken) kept = await accessToken(reason, signal);
    else if (reason !== "connect" || now >= keptUntil) {
      const { sse_token, expires_in } = await ask(getSSEToken, { reason, signal });
      kept = sse_token;
      keptUntil = now + expires_in * 1000 - SSE_TOKEN_MARGIN;
    }
    const token = kept;
    return (path, init) => send(path, token, signal, init);
  };

  const forget = () => {
    keptUntil = 0;
  };

  return [post, forget, stream, url];
}
