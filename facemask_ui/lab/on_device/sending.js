// Counts what this page sends: requests by the browser's own record, and messages on its websockets.
//
// The workers that compute have no line to anywhere; a test watches the whole browser.

const wire = (globalThis[Symbol.for("facemask-lab.wire")] ??= watchWire());

function watchWire() {
  const counted = { requests: 0, messages: 0, bytes: 0 };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (message) {
    counted.messages += 1;
    counted.bytes += message.byteLength ?? message.size ?? new TextEncoder().encode(message).length;
    globalThis.dispatchEvent(new Event("facemask-wire"));
    return send.call(this, message);
  };
  new PerformanceObserver((list) => {
    const addresses = list.getEntries().map((entry) => entry.name);
    counted.requests += addresses.filter((address) => address.startsWith("http")).length;
    globalThis.dispatchEvent(new Event("facemask-wire"));
  }).observe({ type: "resource" });
  return counted;
}

/** What was sent since a moment, given what was counted then. */
function countSince({ requests, messages, bytes }) {
  return { requests: wire.requests - requests, messages: wire.messages - messages, bytes: wire.bytes - bytes };
}
