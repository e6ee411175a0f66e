declare const self: ServiceWorkerGlobalScope;

const hub = "https://hub.example";

self.addEventListener("fetch", (event) => {
  const { url, headers } = event.request;
  if (new URL(url).origin === hub || headers.get("Accept") === "text/event-stream") return; // no respondWith: the network's own
  event.respondWith(caches.match(event.request).then((cached) => cached ?? fetch(event.request)));
});

export {};
