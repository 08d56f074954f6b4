// A model on this device: from the pixels to two logits, and back to the pixels' gradient.

const PLAN_FORMAT = 1;

class Network {
  /**
   * @param exports What the WebAssembly instance exports.
   * @param memory Its memory.
   * @param plan The plan that `facemask export-web` wrote.
   * @param buffer The weights file.
   */
  constructor(exports, memory, plan, buffer) {
    if (plan.format !== PLAN_FORMAT) throw new Error(`The plan has format ${plan.format}, not ${PLAN_FORMAT}.`);
    Object.assign(this, { kernels: exports, memory, plan });
    this.checkWeights(buffer);
    this.weights = readWeights(buffer);
    this.steps = [];
    for (const entry of plan.steps) {
      const kind = STEPS[entry.op];
      if (!kind) throw new Error(`This device cannot compute the step ${entry.op}.`);
      this.steps.push(new kind(entry, entry.inputs.map((number) => this.steps[number]), this));
      if (plan.results) this.reuseRooms(this.steps.length - 1);
    }
    delete this.weights; // what is needed of them lies in the memory
    const [first] = this.steps;
    Object.assign(this, { pixels: first.out, count: first.count, last: this.steps.at(-1) });
    if (!plan.results) this.pixelGradient = memory.floats(this.count);
    this.gradients = new Map();
  }

  /** Refuses a weights file that is not the one the plan was written with. */
  checkWeights(buffer) {
    const { memory } = this;
    const [file, digest] = [memory.lend(Math.ceil(buffer.byteLength / 4)), memory.lend(8)];
    memory.levels(file, buffer.byteLength).set(new Uint8Array(buffer));
    this.kernels.sha256(file, buffer.byteLength, digest);
    const found = Array.from(memory.levels(digest, 32), (byte) => byte.toString(16).padStart(2, "0")).join("");
    memory.takeBack(file, Math.ceil(buffer.byteLength / 4));
    memory.takeBack(digest, 8);
    const expected = this.plan.weights_sha256;
    if (found !== expected) {
      throw new Error(`The weights have sha256 ${found.slice(0, 12)}…, not the plan's ${expected.slice(0, 12)}….`);
    }
  }

  /** Makes room for a step's result. */
  makeRoom(count) {
    return this.plan.results ? this.memory.lend(count) : this.memory.floats(count);
  }

  /** In a network of which only some `results` count, and no gradient: later steps write where none reads any more. */
  reuseRooms(number) {
    const { results, steps } = this.plan;
    const isRead = (one) => results.includes(one) || steps.slice(number + 1).some(({ inputs }) => inputs.includes(one));
    for (const one of new Set(steps[number].inputs)) {
      const step = this.steps[one];
      if (one && !isRead(one)) this.memory.takeBack(step.out, upToLanes(step.count));
    }
  }

  /** Room that the convolutions share, for one uses it at a time; each calls for it when it needs it. */
  sharedPatches(count) {
    this.patchCount = Math.max(this.patchCount ?? 0, count);
    return () => (this.patchRoom ??= this.memory.floats(this.patchCount));
  }

  /** The two logits of the picture in `pixels`. */
  answer() {
    for (const step of this.steps) step.forward();
    return Array.from(this.memory.view(this.last.out, 2));
  }

  /** After `answer`: writes the gradient of the logits' sum, weighted by `direction`, to `pixelGradient`. */
  differentiate(direction) {
    const { memory, last } = this;
    const begin = memory.lend(upToLanes(last.count));
    memory.view(begin, upToLanes(last.count)).fill(0).set(direction);
    this.gradients.set(last, begin);
    for (const step of [...this.steps].reverse()) {
      const gradient = this.gradients.get(step);
      this.gradients.delete(step);
      step.backward(gradient);
    }
  }

  /** Takes over what one reader of a step's result says of its gradient. */
  send(step, gradient) {
    const known = this.gradients.get(step);
    if (known === undefined) {
      this.gradients.set(step, gradient);
      return;
    }
    this.kernels.add(known, gradient, step.count, known);
    this.memory.takeBack(gradient, step.count);
  }
}
