/** One press of Connect: a service with its settings, its line, its token, and the journal of what came. */
import { type SSEConnectOptions, SSEService, type TokenRequest } from "@tidings/client";
import { shareTabs } from "@tidings/client/cross-tab";
import { eventSourceTransport } from "@tidings/client/eventsource";
import { askForToken, type Token } from "./hub.ts";
import { Journal } from "./journal.ts";
import { Line } from "./line.ts";
import { alone, observed } from "./observe.ts";
import { listed, type Settings } from "./settings.ts";

/** A cached token that ends sooner won't do. */
const margin = 2_000;
const extension = /\/connections\/[^/]+\/token$/;

export interface Session {
  /** Counts up with each press. */
  readonly number: number;
  readonly settings: Settings;
  readonly service: SSEService;
  readonly options: SSEConnectOptions;
  readonly journal: Journal;
  readonly line: Line;
}

let pressed = 0;

export function createSession(settings: Settings): Session {
  const journal = new Journal();
  const line = new Line();
  const service = new SSEService({
    baseURL: location.origin,
    getAccessToken: tokens(settings, journal),
    fetch: telling(line.fetch, journal),
    ...(settings.transport === "eventsource" && { transport: line.through(eventSourceTransport()) }),
    crossTab: observed(settings.share ? shareTabs({ key: settings.user }) : alone, {
      reads: (own) => journal.set({ reads: own }),
      batch: (events) => journal.batch(events),
      batchOver: () => journal.batchOver(),
    }),
  });
  return { number: ++pressed, settings, service, options: options(settings), journal, line };
}

function options({ types, channels, since }: Settings): SSEConnectOptions {
  const [eventTypes, names] = [listed(types), listed(channels)];
  return {
    metadata: { page: "demo" },
    ...(eventTypes && { eventTypes }),
    ...(names && { channels: names }),
    ...(since && { since }),
  };
}

/** What a service asks for tokens: a cached one where that will do, else a fresh one. */
function tokens({ user, lifetime }: Settings, journal: Journal) {
  let token: Token | undefined;
  return async ({ reason, signal }: TokenRequest): Promise<string> => {
    if (!token || reason !== "connect" || token.ends < Date.now() + margin) {
      token = await askForToken({ user, subscribe: ["**"], expires_in: Number(lifetime) }, signal);
      journal.set({ tokenEnds: token.ends });
    }
    return token.value;
  };
}

/** Notes that the hub has taken a fresh token for a stream that is open. */
function telling(over: typeof fetch, journal: Journal): typeof fetch {
  return async (input, init) => {
    const response = await over(input, init);
    if (response.status === 204 && extension.test(`${input}`)) {
      journal.set({ extended: journal.latest.extended + 1 });
      journal.row("note", "token", "the stream lives on under a new token");
    }
    return response;
  };
}
