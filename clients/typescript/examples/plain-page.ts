import { SSEService } from "@tidings/client";

interface Events {
  "novel.created": { id: string; title: string };
  "chapter.updated": { novel: string; chapter: number };
}

export const sseService = new SSEService<Events>({
  baseURL: "https://hub.example",
  // The application's own token, from the application's own backend. `reason` is "connect" where a cached one will do;
  // after "refresh" and "reauth" it won't. `null` where nobody is signed in.
  async getAccessToken({ reason, signal }) {
    const answer = await fetch("/token", { cache: reason === "connect" ? "default" : "reload", signal });
    if (answer.status === 401) return null;
    if (!answer.ok) throw new Error(`/token says ${answer.status}`); // reported, and asked again
    return (await answer.json()).access_token;
  },
});

const list = document.querySelector("#news") as HTMLElement;
const show = (text: string) => list.append(Object.assign(document.createElement("li"), { textContent: text }));

sseService.on("novel.created", ({ data }) => show(`A new novel: ${data.title}`));
sseService.on("chapter.*", ({ type, data, id }) => show(`${type} in ${data.novel}, at ${id}`));

sseService.onStateChange((state) => document.body.classList.toggle("offline", state !== "connected"));
sseService.onError(({ code, message, retryable }) =>
  console.warn(retryable ? "trying again:" : "given up:", code, message),
);
sseService.onGap(() => location.reload()); // events may be missing: fetch anew what they would have told

// Resolves at the first hello. Nobody needs to await it: what fails is retried, and told to onError.
void sseService.connect({
  eventTypes: ["novel.created", "chapter.*"],
  metadata: { client_version: "1.0.0" },
});
