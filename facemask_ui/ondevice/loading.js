// Engine, models and face finder, fetched once in a tab, before a picture can be chosen.

const loads = (globalThis[Symbol.for("facemask-lab.loads")] ??= new Map());

/** What is being loaded or is there, by its name; what failed is tried again. */
function loadOnce(name, load) {
  if (!loads.has(name)) {
    const loading = load();
    loads.set(name, loading);
    loading.catch(() => loads.delete(name));
  }
  return loads.get(name);
}

async function startEngine(files) {
  const [engine, script, described] = await Promise.all([
    fetchFile(files["engine.wasm"], "arrayBuffer"), fetchFile(files["worker.js"], "text"),
    fetchFile(files["attacks.json"], "json"),
  ]);
  return new Device({ engine, script, described });
}

async function addModel(device, files, model) {
  device.addModel(...(await fetchNetwork(files, `models/${model}/plan.json`, `models/${model}/weights.safetensors`)));
}

async function addFinder(device, files) {
  device.addFinder(...(await fetchNetwork(files, "face-finder.json", "face-finder.safetensors")));
}

function fetchNetwork(files, plan, weights) {
  return Promise.all([fetchFile(files[plan], "json"), fetchFile(files[weights], "arrayBuffer")]);
}

async function fetchFile(address, kind) {
  const answer = await fetch(new URL(address, document.baseURI));
  if (!answer.ok) throw new Error(await answer.text());
  return answer[kind]();
}
