// The worker: it has the kernels and the models, carries out one task after another, and hears of a
// cancelled one between two passes through a model.

const BREATH_MS = 20;

const lab = { described: undefined, exports: undefined, memory: undefined, loaded: new Map() };
// A climber for every model, and the face finder under the name of its plan.
const cancelled = new Set();
const breaths = new MessageChannel();

class Cancelled extends Error {}

/** Lets messages in, at most every few milliseconds; throws where the task was cancelled meanwhile. */
function breather(id) {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > BREATH_MS) {
      await new Promise((resolve) => {
        breaths.port1.onmessage = resolve;
        breaths.port2.postMessage(null);
      });
      last = performance.now();
    }
    if (cancelled.has(id)) throw new Cancelled();
  };
}

async function start({ engine, described }) {
  const imports = { math: { exp: Math.exp, log1p: Math.log1p } };
  const { instance } = await WebAssembly.instantiate(engine, imports);
  Object.assign(lab, { described, exports: instance.exports, memory: new Memory(instance.exports) });
}

function load({ model, plan, weights }) {
  if (lab.loaded.has(model)) return;
  const parts = [lab.exports, lab.memory, plan, weights];
  lab.loaded.set(model, plan.networks ? new FaceFinder(...parts) : new Climber(new Network(...parts), async () => {}));
}

/** The model's answers to some pictures of 8-bit values. */
async function answer(climber, { pictures }, tell) {
  const logits = [];
  for (const picture of pictures) {
    climber.take(picture);
    logits.push(await climber.answerAt(climber.origin));
    tell.progress({ done: logits.length, total: pictures.length });
  }
  return { logits };
}

/** Makes the attack of a task; without a label the model's own answer counts as true. */
async function prepare(climber, { picture, attack: name, settings = {}, label = null, seed = 0 }) {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`The seed must be a whole number from 0; it is ${seed}.`);
  climber.take(picture);
  const truth = label ?? predictedClass(await climber.answerAt(climber.origin));
  const complete = { ...completeSettings(lab.described, name, settings), name };
  if (complete.target === truth) throw new Error("The picture already counts as the target; target the other class.");
  return new ATTACKS[name](climber, lab.described, complete, truth, seed);
}

async function attackOnce(climber, task) {
  const attack = await prepare(climber, task);
  const result = await attack.at(task.epsilon);
  const rounded = await climber.round(result, task.epsilon, lab.described.levels);
  const { step, gradients, dead } = result;
  return { ...rounded, label: attack.label, success: attack.succeeds(rounded), step, gradients, dead };
}

/** Follows an attack step by step; each point is rounded to 8 bits and judged. */
async function follow(climber, task, tell) {
  const attack = await prepare(climber, task);
  if (!attack.path) throw new Error("Only an attack of many steps can be followed.");
  const points = [];
  for await (const picture of attack.path(task.epsilon)) {
    points.push(await climber.round({ picture }, task.epsilon, lab.described.levels));
    tell.progress({ done: points.length, total: attack.settings.steps + 1 });
  }
  return { label: attack.label, points };
}

async function sweep(climber, task, tell) {
  const attack = await prepare(climber, task);
  const grid = lab.described.grids[attack.settings.norm];
  const notches = task.notches ?? [...Array(grid.last + 1).keys()];
  await sweepNotches(attack, grid, notches, lab.described.levels, (part, progress) => {
    tell.part(part);
    tell.progress(progress);
  });
  return { label: attack.label, grid };
}

async function smallest(climber, task, tell) {
  const attack = await prepare(climber, task);
  if (attack.settings.norm !== "linf" || attack.target !== null) {
    throw new Error("The smallest epsilon in levels needs an untargeted L-infinity attack.");
  }
  const { levels, grids } = lab.described;
  return { label: attack.label, ...(await smallestLevel(attack, task.largest ?? grids.linf.last, levels, tell.progress)) };
}

/** A model's input out of a photograph; no model is needed. */
function crop(climber, { photograph, box }) {
  return { picture: cropPhotograph(photograph, box) };
}

const withChannels = (photograph) => ({
  ...photograph, channels: photograph.data.length / (photograph.width * photograph.height),
});

async function findFaces(finder, { photograph }) {
  return { faces: await finder.find(withChannels(photograph)) };
}

async function followFace(finder, { photograph, box }) {
  return { face: await finder.follow(withChannels(photograph), box) };
}

const TASKS = { answer, attack: attackOnce, follow, sweep, smallest, crop, findFaces, followFace };

async function carryOut({ id, kind, model, task }) {
  const tell = {
    progress: (progress) => postMessage({ id, kind: "progress", progress }),
    part: (part) => postMessage({ id, kind: "part", part }, part.pictures.map((picture) => picture.buffer)),
  };
  try {
    const climber = lab.loaded.get(model);
    if (climber) climber.breathe = breather(id);
    postMessage({ id, kind: "done", result: await TASKS[kind](climber, task, tell) });
  } catch (error) {
    postMessage({ id, kind: error instanceof Cancelled ? "cancelled" : "failed", reason: error.message });
  }
  cancelled.delete(id);
}

let line = Promise.resolve();

onmessage = ({ data }) => {
  if (data.kind === "cancel") {
    cancelled.add(data.id);
    return;
  }
  const step = { start, load }[data.kind] ?? carryOut;
  line = line.then(() => step(data)).catch((error) => {
    if (data.id === undefined) postMessage({ kind: "broken", reason: error.message });
  });
};
