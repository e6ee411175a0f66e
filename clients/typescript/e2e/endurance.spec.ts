/** What an application notices of authentication while its users are signed in: nothing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SSEError, SSEService, TokenRequest } from "@tidings/client";
import { Hub } from "./harness/hub.ts";
import { keepPublishing } from "./harness/publisher.ts";
import { eventually, expect, INSTALLED, pause, test } from "./harness/test.ts";
import { accessToken, signingKey } from "./harness/tokens.ts";

const CLIENTS = 334;
const CONNECTS = 3;
/** Seconds. */
const TOKEN_LIFE = 4;
/** Milliseconds for which a connection is kept: two lives of a token. */
const STAY = 2 * TOKEN_LIFE * 1000;
/** Below `limits.streams_per_user`. */
const CLIENTS_A_USER = 50;

/** The application's sign-in: a token for each user, which ends soon; and a key that is replaced while nobody is given one. */
class Issuer {
  #key = signingKey();
  #open = Promise.resolve();
  readonly #tokens = new Map<string, string>();

  constructor(readonly path: string) {
    writeFileSync(path, this.#key.publicPem);
  }

  /** The client's own last token is given again until it says that it won't do: as an application does that doesn't look at it. */
  async token(client: string, user: string, { reason }: TokenRequest): Promise<string> {
    await this.#open;
    const last = this.#tokens.get(client);
    if (last && reason === "connect") return last;
    const next = accessToken({ sub: user, expiresIn: TOKEN_LIFE }, this.#key.key);
    this.#tokens.set(client, next);
    return next;
  }

  /** From here on nothing that was signed before is taken. */
  replaceKey(reload: () => Promise<void>): Promise<void> {
    const next = signingKey();
    this.#open = (async () => {
      writeFileSync(this.path, next.publicPem);
      await reload();
      this.#key = next;
    })();
    return this.#open;
  }
}

test("a thousand connects with tokens that end every four seconds, while the signing key is replaced", async () => {
  const info = test.info();
  info.setTimeout(120_000);
  mkdirSync(info.outputPath("hub"), { recursive: true });
  const keyFile = info.outputPath("signing-key.pem");
  const issuer = new Issuer(keyFile);
  const hub = new Hub(info.outputPath("hub"), { "auth.secret": "", "auth.keys": keyFile });
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
      getAccessToken: (request) => issuer.token(`${number}`, user, request),
    });
    service.onError((error) => errors.push(error));
    service.on("**", ({ id, data }) => events.push({ id, data }));
    // Spread, so that there is no moment at which all begin anew.
    await pause((number / CLIENTS) * TOKEN_LIFE * 1000);
    for (let connect = 0; connect < CONNECTS; connect++) {
      await service.connect({ since: "earliest" });
      const began = performance.now();
      await pause(STAY);
      streaming += performance.now() - began;
      if (connect < CONNECTS - 1) service.disconnect();
    }
    return { service, events };
  };

  const publishing = keepPublishing(hub, { users: null, every: 100 });
  const lives = Promise.all(Array.from({ length: CLIENTS }, (_, number) => life(number)));
  await pause((CONNECTS * STAY) / 2);
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
