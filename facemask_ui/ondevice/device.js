// The lab on the pupil's own device, as a page uses it: models in workers, and tasks for them.
//
// Nothing that a page hands over leaves the browser. A picture is a Uint8Array of 224 x 224 x 3 values,
// row by row, red first; logits and probabilities are pairs, the first of the class without a mask.

/** A task that was cancelled by its signal. */
class CancelledTask extends Error {}

/** A browser that has no WebAssembly with the instructions that the kernels use. */
class OldBrowser extends Error {}

class Device {
  /**
   * @param engine The bytes of engine.wasm.
   * @param script The text of the worker's script.
   * @param described What attacks.json says.
   * @param most The most workers at once; a worker starts when a task finds none idle.
   */
  constructor({ engine, script, described, most = navigator.hardwareConcurrency || 1 }) {
    if (!globalThis.WebAssembly?.validate(engine)) throw new OldBrowser("This browser cannot run the engine.");
    this.address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    Object.assign(this, { engine, described, most, models: new Map(), workers: [], waiting: [], number: 0 });
  }

  /** Makes a model known; a worker reads it when its first task comes. */
  addModel(plan, weights) {
    this.models.set(plan.model, { plan, weights });
  }

  /** Makes the face finder known, by its plan and its weights. */
  addFinder(plan, weights) {
    this.finder = plan.model;
    this.addModel(plan, weights);
  }

  /**
   * Finds the faces in a photograph as the core finds them, from the left.
   *
   * @param photograph As for `crop`.
   * @returns For each face `left`, `top`, `width` and `height` of a box for `crop`, in whole pixels; `score`,
   *   the log-odds of its being a face; and `largest`, true for the one to take where nobody chooses.
   */
  async findFaces(photograph, options) {
    return (await this.runFinder("findFaces", { photograph }, options)).faces;
  }

  /** Finds the face of one picture of a film in the next, near its box; null where it has gone too far. */
  async followFace(photograph, box, options) {
    return (await this.runFinder("followFace", { photograph, box }, options)).face;
  }

  async runFinder(kind, task, options) {
    if (this.finder === undefined) throw new Error("There is no face finder on this device.");
    return this.run(kind, this.finder, task, options);
  }

  /**
   * A model's input out of a photograph, scaled as the core scales it.
   *
   * @param photograph `data` (RGB, or RGBA as a canvas gives it), `width` and `height`.
   * @param box `left`, `top`, `width` and `height` of the face, in pixels; none for the whole photograph.
   */
  async crop(photograph, box, options) {
    return (await this.run("crop", undefined, { photograph, box }, options)).picture;
  }

  /** Two logits and two probabilities for each picture. */
  async answer(model, pictures, options) {
    const { logits } = await this.run("answer", model, { pictures }, options);
    return logits.map((pair) => ({ logits: pair, probabilities: softmax(pair) }));
  }

  /** Attacks a picture at one epsilon; the result is an 8-bit picture with its answer. */
  async attack(model, task, options) {
    const result = await this.run("attack", model, task, options);
    return { ...result, probabilities: softmax(result.logits) };
  }

  /** The points of an attack of many steps, from its start on, each an 8-bit picture with its answer. */
  async follow(model, task, options) {
    const { label, points } = await this.run("follow", model, task, options);
    return { label, points: points.map((point) => ({ ...point, probabilities: softmax(point.logits) })) };
  }

  /** Attacks a picture at every notch of the slider; `options.onPart` gets each part as it comes. */
  async sweep(model, task, { onPart, ...options } = {}) {
    const answers = new Map();
    const take = (part) => {
      const probabilities = part.logits.map(softmax);
      part.notches.forEach((notch, row) => {
        const [picture, logits] = [part.pictures[row], part.logits[row]];
        answers.set(notch, { notch, picture, logits, probabilities: probabilities[row] });
      });
      onPart?.({ ...part, probabilities });
    };
    const result = await this.run("sweep", model, task, { ...options, onPart: take });
    return { ...result, answers: [...answers.values()].sort((one, other) => one.notch - other.notch) };
  }

  /** The smallest 8-bit level that fools: 0 where the model is wrong before, null where none does. */
  smallest(model, task, options) {
    return this.run("smallest", model, task, options);
  }

  /** Ends all workers; a task under way is cancelled. */
  close() {
    for (const worker of this.workers) {
      worker.job?.reject(new CancelledTask());
      worker.terminate();
    }
    for (const job of this.waiting) job.reject(new CancelledTask());
    URL.revokeObjectURL(this.address);
    this.workers = [];
    this.waiting = [];
  }

  /**
   * Carries out a task in a worker.
   *
   * @param options `signal` (an AbortSignal), `onProgress` ({ done, total }), `onPart`.
   */
  run(kind, model, task, { signal, onProgress, onPart } = {}) {
    let stop;
    const settled = new Promise((resolve, reject) => {
      if (model !== undefined && !this.models.has(model)) throw new Error(`There is no model ${model} on this device.`);
      if (signal?.aborted) throw new CancelledTask();
      this.number += 1;
      const job = { id: this.number, kind, model, task, resolve, reject, onProgress, onPart };
      stop = () => this.cancel(job);
      signal?.addEventListener("abort", stop);
      this.waiting.push(job);
      this.assign();
    });
    return settled.finally(() => signal?.removeEventListener("abort", stop));
  }

  cancel(job) {
    if (this.waiting.includes(job)) {
      this.waiting.splice(this.waiting.indexOf(job), 1);
      job.reject(new CancelledTask());
      return;
    }
    this.workers.find((worker) => worker.job === job)?.postMessage({ kind: "cancel", id: job.id });
  }

  /** Gives the jobs that wait to idle workers, and starts one where none is idle. */
  assign() {
    while (this.waiting.length) {
      const idle = this.workers.filter((worker) => !worker.job);
      const { model } = this.waiting[0];
      const worker = idle.find((one) => one.loaded.has(model)) ?? idle[0] ?? this.startWorker();
      if (!worker) return;
      this.hand(worker, this.waiting.shift());
    }
  }

  hand(worker, job) {
    const { id, kind, model, task } = job;
    worker.job = job;
    if (model !== undefined && !worker.loaded.has(model)) {
      worker.postMessage({ kind: "load", model, ...this.models.get(model) });
      worker.loaded.add(model);
    }
    worker.postMessage({ id, kind, model, task });
  }

  startWorker() {
    if (this.workers.length >= this.most) return undefined;
    const worker = Object.assign(new Worker(this.address), { loaded: new Set(), job: undefined });
    worker.onmessage = ({ data }) => this.hear(worker, data);
    worker.onerror = (event) => this.lose(worker, event.message);
    worker.postMessage({ kind: "start", engine: this.engine, described: this.described });
    this.workers.push(worker);
    return worker;
  }

  hear(worker, { kind, result, part, progress, reason }) {
    const { job } = worker;
    if (kind === "broken") return this.lose(worker, reason);
    if (kind === "part") return job.onPart?.(part);
    if (kind === "progress") return job.onProgress?.(progress);
    worker.job = undefined;
    if (kind === "done") job.resolve(result);
    else job.reject(kind === "cancelled" ? new CancelledTask() : new Error(reason));
    return this.assign();
  }

  /** Gives up a worker that cannot go on; its task fails, and the next one gets another worker. */
  lose(worker, reason) {
    worker.terminate();
    this.workers = this.workers.filter((other) => other !== worker);
    worker.job?.reject(new Error(reason));
    this.assign();
  }
}

/** Probabilities of two logits. */
function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const total = powers[0] + powers[1];
  return powers.map((power) => power / total);
}
