import { SSEService } from "@tidings/client";

interface Novel {
  id: string;
  title: string;
}

/** The application's own answer. Its backend has read GET /api/v1/events/cursor first, and the novels after that. */
interface Snapshot {
  cursor: string;
  novels: Novel[];
}

export function library(
  getAccessToken: () => Promise<string | null>,
  load: () => Promise<Snapshot>, // with its own retries
  show: (novels: ReadonlyMap<string, Novel>) => void,
) {
  const service = new SSEService<{ "novel.created": Novel; "novel.renamed": Novel }>({
    baseURL: "https://hub.example",
    getAccessToken,
  });
  const novels = new Map<string, Novel>();

  // What changed between the backend's two reads is in the snapshot and comes as an event too: set, don't add.
  service.on("novel.*", ({ data }) => {
    novels.set(data.id, data);
    show(novels);
  });

  const start = async () => {
    const snapshot = await load();
    novels.clear();
    for (const novel of snapshot.novels) novels.set(novel.id, novel);
    show(novels);
    await service.connect({ eventTypes: ["novel.*"], lastEventId: snapshot.cursor });
  };

  // Closed while it loads: no newer event can be painted over by an older snapshot.
  service.onGap(() => {
    service.disconnect({ forget: true });
    return start();
  });
  return start();
}
