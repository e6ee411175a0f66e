/** What an application notices of authentication while its users are signed in: nothing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SSEError, SSEService, TokenRequest } from "@tidings/client";
import { Hub } from "./harness/hub.ts";
import { keepPublishing } from "./harness/publisher.ts";
import { eventually, expect, INSTALLED, pause, test } from "./harness/test.ts";
import { accessToken, type SigningKey, signingKey } from "./harness/tokens.ts";

const CLIENTS = 334;
const CONNECTS = 3;
/** Seconds. */
const TOKEN_LIFE = 4;
/** Milliseconds for which a connection is kept, longer than a token. */
const STAY = 1.5 * TOKEN_LIFE * 1000;
/** Milliseconds between two connections of a client: its last token has ended by then. */
const AWAY = TOKEN_LIFE * 1000;
/** Below `limits.streams_per_user`. */
const CLIENTS_A_USER = 50;

/**
 * The application's sign-in: a token for each user, which ends soon. It signs with the newest of its keys; the hub reads
 * their public halves from a file.
 */
class Issuer {
  #keys = [signingKey("first")];
  readonly #tokens = new Map<number, string>();

  constructor(readonly path: string) {
    this.#write();
  }

  #write() {
    writeFileSync(this.path, JSON.stringify({ keys: this.#keys.map(({ jwk }) => jwk) }));
  }

  /** A client's own last token is given again until it says that it won't do: as an application does that doesn't look at it. */
  token(client: number, user: string, { reason }: TokenRequest): string {
    const last = this.#tokens.get(client);
    if (last && reason === "connect") return last;
    const key = this.#keys.at(-1) as SigningKey;
    const next = accessToken({ sub: user, expiresIn: TOKEN_LIFE }, key);
    this.#tokens.set(client, next);
    return next;
  }

  /** Signs with another key from here on, and once the last token of the first one has ended, nothing by that one is taken. */
  async replaceKey(reload: () => Promise<void>): Promise<void> {
    const [first, second] = [...this.#keys, signingKey("second")] as [SigningKey, SigningKey];
    writeFileSync(this.path, JSON.stringify({ keys: [first.jwk, second.jwk] }));
    await reload();
    this.#keys = [first, second];
    await pause(TOKEN_LIFE * 1000);
    this.#keys = [second];
    this.#write();
    await reload();
  }
}

test("a thousand connects with tokens that end every four seconds, while the signing key is replaced", async () => {
  const info = test.info();
  info.setTimeout(120_000);
  mkdirSync(info.outputPath("hub"), { recursive: true });
  const keyFile = info.outputPath("keys.json");
  const issuer = new Issuer(keyFile);
  const hub = new Hub(info.outputPath("hub"), { "auth.secret": "", "auth.keys": keyFile, "log.level": "info" });
  await hub.start();
  try {
    await endure(hub, issuer);
  } finally {
    await hub.stop();
  }
});

async function endure(hub: Hub, issuer: Issuer): Promise<void> {
  const entry = pathToFileURL(join(INSTALLED, "node_modules/@tidings/client/dist/index.js")).href;
  const { SSEService: Service } = (await import(entry)) as { SSEService: typeof SSEService };

  let requests = 0;
  let streaming = 0;
  const errors: SSEError[] = [];
  let refused = 0;
  const counted: typeof fetch = async (...request) => {
    requests++;
    const answer = await fetch(...request);
    if (answer.status === 401) refused++;
    return answer;
  };
  const life = async (number: number) => {
    const user = `user-${Math.floor(number / CLIENTS_A_USER)}`;
    const events: { id: string; data: unknown }[] = [];
    const service = new Service({
      baseURL: hub.url,
      fetch: counted,
      getAccessToken: (request) => issuer.token(number, user, request),
    });
    service.onError((error) => errors.push(error));
    service.on("**", ({ id, data }) => events.push({ id, data }));
    // Spread, so that there is no moment at which all begin anew.
    await pause((number / CLIENTS) * (STAY + AWAY));
    for (let connect = 0; connect < CONNECTS; connect++) {
      await service.connect({ since: "earliest" });
      const began = performance.now();
      await pause(STAY);
      streaming += performance.now() - began;
      if (connect === CONNECTS - 1) break;
      service.disconnect();
      await pause(AWAY);
    }
    return { service, events };
  };

  const publishing = keepPublishing(hub, { users: null, every: 500 });
  const lives = Promise.all(Array.from({ length: CLIENTS }, (_, number) => life(number)));
  await pause((CONNECTS * (STAY + AWAY)) / 2);
  await issuer.replaceKey(() => hub.reload());
  const clients = await lives;
  await publishing.stop();

  const published = hub.published.map(({ id, data }) => ({ id, data }));
  await eventually("every client has every event", () =>
    clients.every(({ events }) => events.length >= published.length),
  );
  for (const { events } of clients) expect(events).toEqual(published);
  const total = (count: "failures" | "authenticationErrors" | "gaps") =>
    clients.reduce((sum, { service }) => sum + service.stats[count], 0);
  const figures = {
    errors: errors.map(({ code, message }) => `${code}: ${message}`),
    failures: total("failures"),
    authenticationErrors: total("authenticationErrors"),
    gaps: total("gaps"),
  };
  const rate = requests / (streaming / 60_000);
  console.log(
    `${CLIENTS * CONNECTS} connects, ${requests} requests (${refused} with a token that had ended), ${rate.toFixed(1)} a stream and minute`,
  );
  for (const { service } of clients) service.disconnect();
  expect(figures).toEqual({ errors: [], failures: 0, authenticationErrors: 0, gaps: 0 });
  expect(refused).toBeGreaterThan(0);
  expect(rate).toBeLessThan(60);
}
