declare const self: ServiceWorkerGlobalScope;

// The client's baseURL. Where hub and page have one origin, a path tells them apart.
const hub = "https://hub.example/";

self.addEventListener("fetch", (event) => {
  if (event.request.url.startsWith(hub)) return; // no respondWith: the network's own
  event.respondWith(caches.match(event.request).then((cached) => cached ?? fetch(event.request)));
});

export {};
