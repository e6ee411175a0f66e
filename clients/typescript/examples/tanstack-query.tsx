import { useQueryClient } from "@tanstack/react-query";
import type { SSEService } from "@tidings/client";
import { useSSE } from "@tidings/client/react";
import { useEffect } from "react";

interface Events {
  "novel.created": { id: string };
  "chapter.updated": { novel: string; chapter: number };
}

/** Keeps what queries have fetched fresh: used once, above the components that use queries. */
export function useLiveQueries(service: SSEService<Events>) {
  const queries = useQueryClient();

  useSSE(["novel.created", "chapter.updated"], {
    service,
    onEvent: ({ type, data }) => {
      if (type === "novel.created") void queries.invalidateQueries({ queryKey: ["novels"] });
      else void queries.invalidateQueries({ queryKey: ["novel", data.novel] });
    },
  });

  useEffect(() => {
    const everything = () => void queries.invalidateQueries();
    const listening = [
      // Events may be missing, and with them the reason to fetch anew.
      service.onGap(everything),
      // What changed between the first fetch and the first hello is in neither.
      service.onStateChange((state, previous) => state === "connected" && previous === "connecting" && everything()),
    ];
    return () => {
      for (const stop of listening) stop();
    };
  }, [service, queries]);
}
