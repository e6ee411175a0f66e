import { SSEProvider } from "@tidings/client/react";
import { useState } from "react";
import { Header } from "./Header.tsx";
import { ListenForm } from "./ListenForm.tsx";
import { PublishForm } from "./PublishForm.tsx";
import { createSession, type Session } from "./session.ts";
import { readFragment, type Settings } from "./settings.ts";
import { Unconnected, Watch } from "./Watch.tsx";

export function App() {
  const [start] = useState(() => readFragment(location.hash));
  const [settings, setSettings] = useState(start.settings);
  const [session, setSession] = useState<Session | undefined>(() =>
    start.connect ? createSession(start.settings) : undefined,
  );
  const connect = (wanted: Settings) => setSession(createSession(wanted));

  return (
    <>
      <Header />
      <main>
        <div className="side">
          <ListenForm
            settings={settings}
            onChange={setSettings}
            onConnect={connect}
            connected={session !== undefined}
          />
          <PublishForm user={settings.user} />
        </div>
        {session ? (
          // Another session is another service: nothing of the last one stays.
          <SSEProvider key={session.number} service={session.service} options={session.options}>
            <Watch session={session} />
          </SSEProvider>
        ) : (
          <Unconnected />
        )}
      </main>
    </>
  );
}
