/** The requests that the page makes itself. An application's page would ask its own backend for both. */

/** An access token from the development hub. */
export interface Token {
  readonly value: string;
  /** When it ends, by this clock, in milliseconds. */
  readonly ends: number;
}

export interface TokenWish {
  readonly user: string;
  readonly subscribe?: readonly string[];
  readonly publish?: readonly string[];
  /** Seconds. */
  readonly expires_in: number;
}

/** An event to be published. Neither users nor channels: for everyone. */
export interface Outgoing {
  readonly type: string;
  readonly data: unknown;
  readonly users?: readonly string[];
  readonly channels?: readonly string[];
  /** Sent again under the same key, it is stored once. */
  readonly key?: string;
}

/** The hub's own words where it refuses. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    { code, detail, title }: { code?: string; detail?: string; title?: string },
  ) {
    super(`${code ?? status}: ${detail ?? title ?? "refused"}`);
  }
}

async function post(path: string, body: unknown, bearer?: string, signal?: AbortSignal): Promise<unknown> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(bearer && { Authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Refusal(response.status, answer);
}

export async function askForToken(wish: TokenWish, signal?: AbortSignal): Promise<Token> {
  const asked = Date.now();
  const answer = (await post("/dev/token", wish, undefined, signal)) as { access_token: string; expires_in: number };
  return { value: answer.access_token, ends: asked + answer.expires_in * 1000 };
}

export async function publish(event: Outgoing, bearer: string): Promise<void> {
  await post("/api/v1/events", event, bearer);
}
