// Keeps the lesson's page in the browser, so that a class's devices load it once and open it without a
// network. Nothing else is kept: the page itself asks for nothing.

const STORE = "facemask-lesson";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  event.waitUntil(keep(event.data.page).catch(() => {})); // or it is loaded from the network again
});
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event));
});

async function keep(address) {
  const store = await caches.open(STORE);
  if (!(await store.match(address))) await store.add(address);
}

/** Gives what is kept at once, and looks meanwhile whether there is a newer one for the next time. */
async function answer(event) {
  const store = await caches.open(STORE);
  const kept = await store.match(event.request);
  const fresh = load(event.request, store);
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  return kept;
}

async function load(request, store) {
  const response = await fetch(request);
  if (response.ok) await store.put(request, response.clone());
  return response;
}
