/**
 * Applications that connect and go away again and again, each with a service of its own; in a page or in Node. No line of
 * it is about tokens: that is the point.
 */
import type { SSEService } from "@tidings/client";

/** Times are milliseconds. */
export interface Plan {
  clients: number;
  /** Of each client. */
  connects: number;
  /** How long a connection is kept, and how long a client is away before its next one. */
  stay: number;
  away: number;
  /** Over which the clients' beginnings are spread, so that there is no moment at which all begin anew. */
  spread: number;
}

/** What came of it, of all clients together. */
export interface Outcome {
  /** As each client was handed them. */
  events: { id: string; data: unknown }[][];
  /** What applications were told. */
  errors: string[];
  failures: number;
  authenticationErrors: number;
  gaps: number;
  /** How long they were connected, in sum. */
  streaming: number;
}

export interface Crowd {
  /** Resolves when the last connection of each client has been kept for its time; they stay open. */
  readonly lived: Promise<void>;
  /** How many clients have fewer events. */
  behind(events: number): number;
  outcome(): Outcome;
  end(): void;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function gather(plan: Plan, serviceOf: (client: number) => SSEService): Crowd {
  const errors: string[] = [];
  let streaming = 0;
  const clients = Array.from({ length: plan.clients }, (_, client) => {
    const service = serviceOf(client);
    const events: { id: string; data: unknown }[] = [];
    service.onError(({ code, message }) => errors.push(`${code}: ${message}`));
    service.on("**", ({ id, data }) => events.push({ id, data }));
    return { service, events };
  });

  const live = async ({ service }: (typeof clients)[number], client: number) => {
    await pause((client / plan.clients) * plan.spread);
    for (let connect = 1; ; connect++) {
      await service.connect({ since: "earliest" });
      const began = performance.now();
      await pause(plan.stay);
      streaming += performance.now() - began;
      if (connect === plan.connects) return;
      service.disconnect();
      await pause(plan.away);
    }
  };

  const total = (count: "failures" | "authenticationErrors" | "gaps") =>
    clients.reduce((sum, { service }) => sum + service.stats[count], 0);
  return {
    lived: Promise.all(clients.map(live)).then(() => {}),
    behind: (wanted) => clients.filter(({ events }) => events.length < wanted).length,
    outcome: () => ({
      events: clients.map(({ events }) => events),
      errors,
      failures: total("failures"),
      authenticationErrors: total("authenticationErrors"),
      gaps: total("gaps"),
      streaming,
    }),
    end() {
      for (const { service } of clients) service.disconnect();
    },
  };
}
