/** What an application notices of authentication while its users are signed in: nothing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SSEService } from "@tidings/client";
import { bundle } from "./harness/bundle.ts";
import { Hub } from "./harness/hub.ts";
import { TcpProxy } from "./harness/proxy.ts";
import { keepPublishing } from "./harness/publisher.ts";
import { Site } from "./harness/site.ts";
import { eventually, expect, INSTALLED, pause, SCALE, test } from "./harness/test.ts";
import { accessToken, type SigningKey, signingKey } from "./harness/tokens.ts";
import { gather, type Outcome, type Plan } from "./pages/lives.ts";

// Both need the machine for themselves.
test.describe.configure({ mode: "default" });

/** Seconds. */
const TOKEN_LIFE = 4;
/** Milliseconds. */
const LIFE = TOKEN_LIFE * 1000;
/** Below `limits.streams_per_user`. */
const CLIENTS_A_USER = 50;
/** A browser opens six connections to a hub over HTTP/1.1: one is left for requests. */
const STREAMS_A_HUB = 5;

const user = (client: number) => `user-${Math.floor(client / CLIENTS_A_USER)}`;

/** The clients of a test, wherever they run. */
interface Clients {
  lived(): Promise<void>;
  behind(events: number): Promise<number>;
  outcome(): Promise<Outcome>;
  end(): Promise<void>;
}

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
  token(client: number, reason: string): string {
    const last = this.#tokens.get(client);
    if (last && reason === "connect") return last;
    const key = this.#keys.at(-1) as SigningKey;
    const next = accessToken({ sub: user(client), expiresIn: TOKEN_LIFE }, key);
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

async function endure(
  plan: Plan,
  settings: Record<string, string>,
  begin: (hub: Hub, issuer: Issuer) => Promise<Clients>,
) {
  const info = test.info();
  mkdirSync(info.outputPath("hub"), { recursive: true });
  const keyFile = info.outputPath("keys.json");
  const issuer = new Issuer(keyFile);
  const hub = new Hub(info.outputPath("hub"), {
    "auth.secret": "",
    "auth.keys": keyFile,
    "log.level": "info",
    ...settings,
  });
  await hub.start();
  try {
    const publishing = keepPublishing(hub, { users: null, every: 500 });
    const clients = await begin(hub, issuer);
    const lived = clients.lived();
    const duration = plan.spread + plan.connects * (plan.stay + plan.away) - plan.away;
    await pause((duration - LIFE) / 2);
    await issuer.replaceKey(() => hub.reload());
    await lived;
    await publishing.stop();

    const published = hub.published.map(({ id, data }) => ({ id, data }));
    await eventually("every client has every event", async () => !(await clients.behind(published.length)));
    const { events, streaming, ...figures } = await clients.outcome();
    await clients.end();
    const requests = (await hub.counted("tidings_http_requests_total")) - published.length;
    const refused = await hub.counted("tidings_refusals_total", 'code="token_expired"');
    const rate = requests / (streaming / 60_000);
    console.log(
      `${plan.clients * plan.connects} connects, ${requests} requests (${refused} with a token that had ended), ${rate.toFixed(1)} a stream and minute`,
    );
    expect(figures).toEqual({ errors: [], failures: 0, authenticationErrors: 0, gaps: 0 });
    for (const received of events) expect(received).toEqual(published);
    expect(refused).toBeGreaterThan(0);
    expect(rate).toBeLessThan(60);
  } finally {
    await hub.stop();
  }
}

test("fetch, in Node: a thousand connects with tokens that end every four seconds, while the signing key is replaced", async () => {
  test.setTimeout(120_000);
  // Kept for longer than a token, and away until the last token has ended.
  const plan = { clients: 334, connects: 3, stay: 1.5 * LIFE, away: LIFE, spread: 2.5 * LIFE };
  const entry = pathToFileURL(join(INSTALLED, "node_modules/@tidings/client/dist/index.js")).href;
  const { SSEService: Service } = (await import(entry)) as { SSEService: typeof SSEService };
  await endure(plan, {}, async ({ url: baseURL }, issuer) => {
    const crowd = gather(
      plan,
      (client) => new Service({ baseURL, getAccessToken: ({ reason }) => issuer.token(client, reason) }),
    );
    return {
      lived: () => crowd.lived,
      behind: async (events) => crowd.behind(events),
      outcome: async () => crowd.outcome(),
      end: async () => crowd.end(),
    };
  });
});

// A tenth of them, unless a minute is a minute.
const some = SCALE < 1;

test(`eventsource, in a page: ${some ? "a hundred" : "a thousand"} connects with tokens that end every four seconds, while the signing key is replaced`, async ({
  page,
}) => {
  test.setTimeout(180_000);
  // Kept for longer than on the other transport, since each connect is a session more.
  const plan = { clients: some ? 50 : 200, connects: some ? 2 : 5, stay: 2.5 * LIFE, away: LIFE, spread: LIFE };
  const site = new Site(join(INSTALLED, "node_modules/@tidings/client/dist"));
  await site.start();
  const proxies: TcpProxy[] = [];
  try {
    await endure(plan, { "cors.origins": site.origin }, async (hub, issuer) => {
      for (let client = 0; client < plan.clients; client += STREAMS_A_HUB) {
        const proxy = new TcpProxy(() => hub.port);
        await proxy.start();
        proxies.push(proxy);
      }
      site.token = ({ tab, reason }) => issuer.token(Number(tab), reason);
      site.bundles.set("crowd.js", await bundle("crowd.ts"));
      const settings = JSON.stringify({ plan, hubs: proxies.map(({ url }) => url) });
      await page.goto(`${site.origin}/crowd.html?settings=${encodeURIComponent(settings)}`);
      return {
        lived: () => page.evaluate(() => window.crowd.lived),
        behind: (events) => page.evaluate((count) => window.crowd.behind(count), events),
        outcome: () => page.evaluate(() => window.crowd.outcome()),
        end: () => page.evaluate(() => window.crowd.end()),
      };
    });
  } finally {
    await page.close();
    for (const proxy of proxies) await proxy.stop();
    await site.stop();
  }
});
