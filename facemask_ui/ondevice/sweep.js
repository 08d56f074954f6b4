// An attack at every notch of the slider, and the smallest notch that fools (attacks/warm_sweep.py,
// robustness/sweep.py and robustness/smallest.py of the core).

const SLACK = 1e-9; // relative: 32/255 divided by eight may come out a little above 4/255

/** The epsilon at a notch, as attacks take it. */
const epsilonAt = (grid, notch) => (notch * grid.step) / grid.unit;

/**
 * Attacks at every notch, and hands over each part once it is computed.
 *
 * A part lists its `notches`, and for each the 8-bit picture and its logits. The last part may bring
 * notches again, with a stronger picture; then the later answer counts.
 *
 * @param notches Places on the grid, rising.
 */
async function sweepNotches(attack, grid, notches, levels, onPart) {
  const epsilons = notches.map((notch) => epsilonAt(grid, notch));
  const total = notches.length;
  let done = 0;
  const give = async (places, results) => {
    const rounded = [];
    for (const [row, result] of results.entries()) {
      rounded.push(await attack.climber.round(result, epsilons[places[row]], levels));
    }
    done = Math.min(done + places.length, total);
    onPart({
      notches: places.map((place) => notches[place]), pictures: rounded.map((one) => one.picture),
      logits: rounded.map((one) => one.logits), gradients: sum(results.map((one) => one.gradients)),
      deadGradients: results.filter((one) => one.dead).length,
    }, { done, total });
  };
  const sweep = { fgsm: sweepFgsm, pgd: sweepPgd, noise: sweepNoise }[attack.settings.name];
  await sweep(attack, epsilons, give);
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** One gradient serves every epsilon. */
async function sweepFgsm(attack, epsilons, give) {
  const { climber, goal } = attack;
  const { dead, logits: before } = await climber.findSteepest(goal);
  for (const [place, epsilon] of epsilons.entries()) {
    climber.moveAlong(goal, epsilon);
    const logits = epsilon === 0 ? before : await climber.answerAt(climber.current);
    await give([place], [{ logits, gradients: place === 0 ? 1 : 0, dead }]);
  }
}

async function sweepNoise(attack, epsilons, give) {
  for (const place of orderOf(epsilons, attack.described.sweep.coarse_shares)) {
    await give([place], [await attack.at(epsilons[place])]);
  }
}

/**
 * The whole attack at a few epsilons; each other one starts from the result at the next larger one.
 *
 * A larger epsilon takes over the answer to a smaller one where that is stronger, so that none is weaker.
 */
async function sweepPgd(attack, epsilons, give) {
  const shares = attack.described.sweep.coarse_shares;
  const [coarse, order] = [coarsePlaces(epsilons, shares), orderOf(epsilons, shares)];
  const clean = await attack.clean();
  const answers = new Map();
  for (const place of order) {
    answers.set(place, await warmAnswer(attack, epsilons, answers, clean, place, coarse.includes(place)));
    if (place !== order.at(-1)) await give([place], [answers.get(place)]);
  }
  const last = order.at(-1);
  const { gradients, dead } = answers.get(last);
  const mended = mend(answers, clean).filter((place) => place !== last);
  answers.set(last, { ...answers.get(last), gradients, dead });
  await give([last, ...mended], [last, ...mended].map((place) => answers.get(place)));
}

async function warmAnswer(attack, epsilons, answers, clean, place, isWhole) {
  const epsilon = epsilons[place];
  if (epsilon === 0) return clean;
  const answer = isWhole ? await attack.at(epsilon) : await warmStart(attack, epsilons, answers, place);
  const below = Math.max(...[...answers.keys()].filter((other) => other < place));
  return stronger(withoutWork(below === -Infinity ? clean : answers.get(below)), answer);
}

/** Starts at the answer to the next larger epsilon, projected, and takes a few steps more. */
async function warmStart(attack, epsilons, answers, place) {
  const { least, slope } = attack.described.sweep;
  const above = Math.min(...[...answers.keys()].filter((other) => other > place));
  const share = Math.max(least, slope * (1 - epsilons[place] / epsilons[above]));
  const steps = Math.ceil(Math.round(share * attack.settings.steps * 1e6) / 1e6);
  const epsilon = epsilons[place];
  const start = attack.climber.intoBounds(answers.get(above).picture, attack.settings.norm, epsilon);
  return attack.climbFrom({ epsilon, start, steps, keepStart: true });
}

/** Hands a stronger answer on to the larger epsilons; returns the places that got one. */
function mend(answers, clean) {
  const mended = [];
  let best = clean;
  for (const place of [...answers.keys()].sort((a, b) => a - b)) {
    if (answers.get(place).lead < best.lead) {
      answers.set(place, withoutWork(best));
      mended.push(place);
    }
    best = answers.get(place);
  }
  return mended;
}

/** An answer for another epsilon: its gradients are counted where they were taken. */
const withoutWork = (answer) => ({ ...answer, gradients: 0, dead: false });

/** The places of the epsilons that come first: the last, and the next above shares of it. */
function coarsePlaces(epsilons, shares) {
  const last = epsilons.length - 1;
  const largest = epsilons[last];
  if (!largest) return [];
  const above = (least) => epsilons.findIndex((epsilon) => epsilon >= least);
  return [...new Set(shares.map((share) => (share === 1 ? last : above((largest / share) * (1 - SLACK)))))];
}

/** The order of a sweep: 0, the coarse places, then the gaps between them, each filled from above. */
function orderOf(epsilons, shares) {
  const coarse = coarsePlaces(epsilons, shares);
  let below = epsilons.filter((epsilon) => epsilon === 0).length - 1;
  const order = [...Array(below + 1).keys(), ...coarse];
  for (const place of [...coarse].sort((a, b) => a - b)) {
    for (let between = place - 1; between > below; between -= 1) order.push(between);
    below = place;
  }
  return order;
}

/**
 * The smallest 8-bit level that fools, exact for FGSM and by bisection for the others.
 *
 * @param largest The largest level tried.
 * @returns The level; 0 where the model is wrong before, null where none fools.
 */
async function smallestLevel(attack, largest, levels, onProgress) {
  const clean = await attack.clean();
  if (predictedClass(clean.logits) !== attack.label) return { level: 0, dead: false };
  return attack.settings.name === "fgsm"
    ? scanLevels(attack, largest, levels, onProgress)
    : bisectLevels(attack, largest, levels, onProgress);
}

async function scanLevels(attack, largest, levels, onProgress) {
  const { climber, goal } = attack;
  const { dead } = await climber.findSteepest(goal);
  for (let level = 1; level <= largest; level += 1) {
    climber.moveAlong(goal, asFloat(level / levels));
    const logits = await climber.answerAt(climber.current);
    onProgress({ done: level, total: largest });
    if (attack.succeeds({ logits })) return { level, dead };
  }
  return { level: null, dead };
}

async function bisectLevels(attack, largest, levels, onProgress) {
  let dead = false;
  let done = 0;
  const total = 1 + Math.ceil(Math.log2(largest));
  const falls = async (level) => {
    const result = await attack.at(level / levels, { stopEarly: true });
    dead ||= result.dead;
    done += 1;
    onProgress({ done: Math.min(done, total), total });
    return attack.succeeds(result);
  };
  if (!(await falls(largest))) return { level: null, dead };
  let [low, high] = [0, largest];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (await falls(middle)) high = middle;
    else low = middle;
  }
  return { level: high, dead };
}
