// The engine on this device: loaded once, when the first step needs it. It asks no server to compute.
"use strict";

let engine;
let finder;

/** Whether this browser can compute a model by itself, as far as can be known before trying. */
const canCompute = (step) => Boolean(step.data.files && window.WebAssembly && window.Worker && window.createImageBitmap);

const readFile = async (address, read) => {
  const response = await fetch(`/${address}`);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response[read]();
};

/** Loads a script that lies at an address of the lab's. */
const loadScript = (address) => new Promise((done, fail) => {
  document.head.append(make("script", { src: address, onload: done, onerror: () => fail(new Error(address)) }));
});

/**
 * Returns a device that knows some models; what was loaded before is not loaded again.
 *
 * @param files The address of each file that the step may need.
 */
async function loadDevice(files, models) {
  engine ??= startDevice(files).catch((error) => {
    engine = undefined;
    throw error;
  });
  const device = await engine;
  for (const model of models) {
    if (device.models.has(model)) continue;
    const [plan, weights] = await Promise.all([
      readFile(files[`models/${model}/plan.json`], "json"), readFile(files[`models/${model}/weights.safetensors`], "arrayBuffer"),
    ]);
    device.addModel(plan, weights);
  }
  return device;
}

/** Finds the face to take in a photograph; undefined where there is none, or no finder. */
async function findFace(files, photograph) {
  if (!files["face-finder.json"]) return undefined;
  const device = await loadDevice(files, []);
  finder ??= Promise.all([readFile(files["face-finder.json"], "json"), readFile(files["face-finder.safetensors"], "arrayBuffer")])
    .then(([plan, weights]) => device.addFinder(plan, weights));
  await finder;
  return (await device.findFaces(photograph)).find(({ largest }) => largest);
}

async function startDevice(files) {
  const [binary, script, described] = await Promise.all([
    readFile(files["engine.wasm"], "arrayBuffer"), readFile(files["worker.js"], "text"), readFile(files["attacks.json"], "json"),
    loadScript(`/${files["engine.js"]}`),
  ]);
  return new Device({ engine: binary, script, described, most: 1 });
}
