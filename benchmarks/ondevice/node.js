// Lets Node do what a browser does for device.js: a Worker of a script's text, and requests by line.

const { resolveObjectURL } = require("node:buffer");
const { createInterface } = require("node:readline");
const threads = require("node:worker_threads");

const AS_BROWSER = `
  const { parentPort } = require("node:worker_threads");
  globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
  parentPort.on("message", (data) => globalThis.onmessage({ data }));
  // Node's own would hand over a thousand messages of one channel before it looks at another's.
  globalThis.MessageChannel = class {
    port1 = {};
    port2 = { postMessage: (data) => setImmediate(() => this.port1.onmessage({ data })) };
  };
`;

globalThis.Worker = class {
  constructor(address) {
    this.early = [];
    resolveObjectURL(address).text().then((script) => {
      this.thread = new threads.Worker(AS_BROWSER + script, { eval: true });
      this.thread.on("message", (data) => this.onmessage({ data }));
      this.thread.on("error", (error) => this.onerror({ message: error.message }));
      for (const message of this.early) this.thread.postMessage(message);
    });
  }

  postMessage(message) {
    if (this.thread) this.thread.postMessage(message);
    else this.early.push(message);
  }

  terminate() {
    this.thread?.terminate();
  }
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  process.stdout.write(`${JSON.stringify(await serve(JSON.parse(line)))}\n`);
});
