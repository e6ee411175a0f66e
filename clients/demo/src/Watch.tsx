import { type SSEConnectionState, SSEService } from "@tidings/client";
import { useSSE } from "@tidings/client/react";
import { useEffect, useSyncExternalStore } from "react";
import { EventList } from "./EventList.tsx";
import { Facts } from "./Facts.tsx";
import { nothingSeen } from "./journal.ts";
import { LineCard } from "./LineCard.tsx";
import { Stats } from "./Stats.tsx";
import type { Session } from "./session.ts";

/** What the session's stream does, as it happens. */
export function Watch({ session }: { readonly session: Session }) {
  const { service, journal } = session;
  const { state } = useSSE("**", { service, onEvent: (event) => journal.event(event) });
  const seen = useSyncExternalStore(journal.subscribe, journal.seen);

  useEffect(() => {
    const listening = [
      service.onStateChange((state) => journal.state(state)),
      service.onGap((gap) => journal.gap(gap)),
      service.onError((error) => journal.error(error)),
    ];
    return () => {
      for (const stop of listening) stop();
    };
  }, [service, journal]);

  return (
    <div className="watch">
      <LineCard state={state} seen={seen} line={session.line} shared={session.settings.share} />
      <Stats stats={service.stats} />
      <section className="card">
        <Facts seen={seen} cursor={service.lastEventId} />
        <EventList rows={seen.rows} onClear={() => journal.clear()} />
      </section>
    </div>
  );
}

const idle: SSEConnectionState = "idle";
const { stats: noStats } = new SSEService({ baseURL: location.origin });

/** The same before the first connection. */
export function Unconnected() {
  return (
    <div className="watch">
      <LineCard state={idle} seen={nothingSeen} line={undefined} shared={false} />
      <Stats stats={noStats} />
      <section className="card">
        <Facts seen={nothingSeen} cursor={undefined} />
        <EventList rows={[]} onClear={() => {}} />
      </section>
    </div>
  );
}
