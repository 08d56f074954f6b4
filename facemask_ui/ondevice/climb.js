// One picture under attack: the climb of FGSM and PGD (attacks/ascent_program.py), and its random start.
//
// A result has the picture in float32 as the attack left it, its logits, by how much the wanted class
// leads, the step it was reached at, the gradients that were taken, and whether one of them was dead.

const asFloat = Math.fround;

class Climber {
  /**
   * @param network The model.
   * @param breathe Awaited between two passes through the model; throws where the task was cancelled.
   */
  constructor(network, breathe) {
    const { memory, count, kernels } = network;
    Object.assign(this, { network, breathe, memory, count, kernels, gradient: network.pixelGradient });
    this.origin = memory.floats(count);
    this.current = memory.floats(count);
    this.best = memory.floats(count);
    this.levels = memory.allocate(count);
    this.face = memory.allocate(count);
  }

  /** Takes a face, 8-bit values of 224 x 224 x 3, as the original of all that follows. */
  take(face) {
    if (face.length !== this.count) throw new Error(`The picture has ${face.length} values, not ${this.count}.`);
    this.memory.levels(this.face, this.count).set(face);
    this.kernels.to_unit(this.face, this.count, this.origin);
  }

  /** The picture that the attack begins with, in float32. */
  original() {
    return this.memory.view(this.origin, this.count).slice();
  }

  /** The logits of a picture that lies in memory. */
  async answerAt(place) {
    await this.breathe();
    this.memory.copy(place, this.network.pixels, this.count);
    return this.network.answer();
  }

  /** The logits of a picture in float32. */
  async answer(picture) {
    this.memory.view(this.current, this.count).set(picture);
    return this.answerAt(this.current);
  }

  /**
   * Climbs from a start, and keeps the best point.
   *
   * @param goal What is wanted: `norm`, `direction` (+1 at the class whose logit shall rise).
   * @param start The picture to begin with, in float32, inside ball and box.
   * @param keepStart Whether the start itself may be the answer.
   */
  async climb(goal, { epsilon, start, stepSize, steps, keepStart }) {
    const { memory, count } = this;
    memory.view(this.current, count).set(start);
    let best = { lead: -Infinity, logits: [0, 0], step: 0 };
    let dead = false;
    for (let step = 0; step <= steps; step += 1) {
      const logits = await this.answerAt(this.current);
      const lead = leadOf(logits, goal.direction);
      if ((step > 0 || keepStart) && lead > best.lead) {
        best = { lead, logits, step };
        memory.copy(this.current, this.best, count);
      }
      if (step === steps) break;
      this.network.differentiate(goal.direction);
      if (this.kernels.is_usable(this.gradient, count)) this.move(goal.norm, stepSize, epsilon);
      else dead = true;
    }
    const picture = memory.view(this.best, count).slice();
    const last = memory.view(this.current, count).slice();
    return { ...best, picture, last, gradients: steps, dead };
  }

  /** Takes one step uphill, kept within ball and box. */
  move(norm, stepSize, epsilon) {
    if (norm === "l2") this.kernels.normalise(this.count, this.gradient);
    const step = norm === "l2" ? this.kernels.step_l2 : this.kernels.step_linf;
    step(this.current, this.gradient, this.origin, this.count, stepSize, epsilon, this.current);
  }

  /** Finds the steepest direction at the original, for `moveAlong`; tells its logits, and whether there is none. */
  async findSteepest(goal) {
    const logits = await this.answerAt(this.origin);
    this.network.differentiate(goal.direction);
    const usable = this.kernels.is_usable(this.gradient, this.count);
    if (!usable) this.memory.view(this.gradient, this.count).fill(0);
    else if (goal.norm === "l2") this.kernels.normalise(this.count, this.gradient);
    return { dead: !usable, logits };
  }

  /** Makes the original moved by epsilon along the steepest direction the current picture. */
  moveAlong(goal, epsilon) {
    const move = goal.norm === "l2" ? this.kernels.move : this.kernels.sign_step;
    move(this.origin, this.gradient, this.count, epsilon, this.current);
  }

  /** The original with noise drawn uniformly from the ball, the core's own for this seed and restart. */
  withNoise(norm, epsilon, seed, restart) {
    const { memory, count, kernels } = this;
    const [low, high] = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
    kernels.seed_for(this.origin, count, low, high, restart);
    if (norm === "l2") {
      const share = kernels.sample_l2(count, this.current);
      const reach = asFloat(asFloat(share ** (1 / count)) * asFloat(epsilon));
      kernels.move(this.origin, this.current, count, reach, this.current);
    } else {
      kernels.sample_linf(count, epsilon, this.current);
      kernels.move(this.origin, this.current, count, 1, this.current);
    }
    return memory.view(this.current, count).slice();
  }

  /** Brings a picture into the ball about the original, and into the box. */
  intoBounds(picture, norm, epsilon) {
    const { memory, count } = this;
    memory.view(this.current, count).set(picture);
    memory.view(this.gradient, count).fill(0);
    this.move(norm, 0, epsilon);
    return memory.view(this.current, count).slice();
  }

  /**
   * Rounds a picture to 8 bits within its epsilon, and asks the model again where that changes it.
   *
   * @param result Its `picture`, or none for the current one, and its `logits` where they are known.
   * @returns The picture as 8-bit values, and its logits.
   */
  async round(result, epsilon, levels) {
    const reach = Math.min(Math.floor(levels * epsilon + 1e-4), levels); // the slack absorbs float error
    const { memory, count, kernels } = this;
    if (result.picture) memory.view(this.current, count).set(result.picture);
    const differs = kernels.round_within(this.current, this.face, count, reach, this.levels);
    const picture = memory.levels(this.levels, count).slice();
    if (!differs && result.logits) return { picture, logits: result.logits };
    kernels.to_unit(this.levels, count, this.current);
    return { picture, logits: await this.answerAt(this.current) };
  }
}

/** By how much the wanted class's logit exceeds the other's. */
function leadOf(logits, direction) {
  return asFloat(asFloat(logits[0] * direction[0]) + asFloat(logits[1] * direction[1]));
}
