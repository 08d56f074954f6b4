// The attacks of the core on one picture: FGSM, PGD and noise, at one epsilon (facemask_core/attacks).
//
// The settings are those of the core's classes, by the same names, and their defaults come from
// attacks.json, which `facemask export-web` writes from these classes.

/** Settings with the core's defaults filled in; one that the attack does not know is refused. */
function completeSettings(described, name, chosen) {
  const attack = described.attacks[name];
  if (!attack) throw new Error(`This device has no attack ${name}; it has ${Object.keys(described.attacks)}.`);
  const unknown = Object.keys(chosen).filter((key) => !(key in attack.settings));
  if (unknown.length) throw new Error(`${name} has no setting ${unknown}; it knows ${Object.keys(attack.settings)}.`);
  const entries = Object.entries(attack.settings).map(([key, setting]) => {
    const value = chosen[key] ?? setting.default;
    const { choices } = setting;
    if (choices.length && !choices.includes(value)) throw new Error(`${key} may be ${choices}, not ${value}.`);
    return [key, value];
  });
  return Object.fromEntries(entries);
}

class Attack {
  /**
   * @param climber Has the picture and the model.
   * @param described What attacks.json says.
   * @param settings The settings, complete.
   * @param label The true class of the picture.
   * @param seed Seed of all randomness.
   */
  constructor(climber, described, settings, label, seed) {
    Object.assign(this, { climber, described, settings, label, seed });
    const target = settings.target ?? null;
    const wanted = target ?? 1 - label;
    this.target = target;
    this.goal = { norm: settings.norm, direction: [0, 1].map((logit) => (logit === wanted ? 1 : -1)) };
  }

  /** Whether a result reaches the goal: away from the label, or at the target. */
  succeeds(result) {
    const predicted = predictedClass(result.logits);
    return this.target === null ? predicted !== this.label : predicted === this.target;
  }

  /** The picture as it is, the answer at epsilon 0. */
  async clean() {
    const picture = this.climber.original();
    const logits = await this.climber.answer(picture);
    return { picture, logits, lead: leadOf(logits, this.goal.direction), step: 0, gradients: 0, dead: false };
  }

  /** Tries restart after restart until one succeeds, and keeps the strongest. */
  async bestOf(count, attempt) {
    let best = await attempt(0);
    for (let restart = 1; restart < count && !this.succeeds(best); restart += 1) {
      best = stronger(best, await attempt(restart));
    }
    return best;
  }
}

class Fgsm extends Attack {
  async at(epsilon) {
    const start = this.climber.original();
    return this.climber.climb(this.goal, { epsilon, start, stepSize: epsilon, steps: 1, keepStart: false });
  }
}

class Pgd extends Attack {
  async at(epsilon, { stopEarly = false } = {}) {
    const { random_start: isRandom, restarts, steps, norm } = this.settings;
    const attempt = (restart) => {
      const { climber, seed } = this;
      const start = isRandom ? climber.withNoise(norm, epsilon, seed, restart) : climber.original();
      const way = { epsilon, start, steps, keepStart: isRandom };
      return stopEarly ? this.climbUntilFooled(way) : this.climbFrom(way);
    };
    return this.bestOf(restarts, attempt);
  }

  /** Yields the points of the first attempt: where it starts, then where each step leads. */
  async *path(epsilon) {
    const { random_start: isRandom, steps, norm } = this.settings;
    let point = isRandom ? this.climber.withNoise(norm, epsilon, this.seed, 0) : this.climber.original();
    yield point;
    for (let step = 0; step < steps; step += 1) {
      ({ last: point } = await this.climbFrom({ epsilon, start: point, steps: 1, keepStart: false }));
      yield point;
    }
  }

  /** The length of a step at an epsilon, chosen or derived. */
  stepSizeAt(epsilon) {
    const { reach } = this.described.attacks.pgd;
    return this.settings.step_size ?? Math.min((reach * epsilon) / this.settings.steps, epsilon);
  }

  climbFrom(way) {
    return this.climber.climb(this.goal, { ...way, stepSize: this.stepSizeAt(way.epsilon) });
  }

  /** Climbs, and looks every few steps whether the picture already fools. */
  async climbUntilFooled({ epsilon, start, steps, keepStart }) {
    let done = 1;
    let best = await this.climbFrom({ epsilon, start, steps: done, keepStart });
    let { last } = best;
    while (done < steps && !this.succeeds(best)) {
      const few = Math.min(done, this.described.steps_between_looks, steps - done);
      const attempt = await this.climbFrom({ epsilon, start: last, steps: few, keepStart: false });
      ({ last } = attempt);
      best = stronger(best, { ...attempt, step: attempt.step + done });
      done += few;
    }
    return best;
  }
}

class Noise extends Attack {
  async at(epsilon) {
    return this.bestOf(this.settings.draws, async (draw) => {
      const picture = this.climber.withNoise(this.settings.norm, epsilon, this.seed, draw);
      const logits = await this.climber.answer(picture);
      const lead = leadOf(logits, this.goal.direction);
      return { picture, logits, lead, step: draw + 1, gradients: 0, dead: false };
    });
  }
}

const ATTACKS = { fgsm: Fgsm, pgd: Pgd, noise: Noise };

/** The class with the larger logit; the first where both are equal. */
function predictedClass(logits) {
  return logits[1] > logits[0] ? 1 : 0;
}

/** The stronger of two results, with the work of both; the first where they are equal. */
function stronger(first, second) {
  const result = second.lead > first.lead ? second : first;
  return { ...result, gradients: first.gradients + second.gradients, dead: first.dead || second.dead };
}
