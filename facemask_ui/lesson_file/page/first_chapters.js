// Chapters 1 to 4, measured on this device; each mirrors its file in facemask_ui/lesson/chapters.
//
// A chapter `measures`, picks the right `answers`, writes the `figures` of its explanation, and `draws`.

const { settings } = lesson;

/** Sorts a part into options: about the whole, about half of it, hardly any. */
function sortShare(part, whole) {
  const ratio = whole > 0 ? part / whole : 0;
  const option = settings.shares.findIndex((least) => ratio >= least);
  return option < 0 ? settings.shares.length : option;
}

/** The class whose share is the confidence in the right answer, under each notch of a sweep. */
function confidencesOf(sweep, label) {
  return sweep.answers.map(({ probabilities }) => probabilities[label]);
}

/** The first notch that fools the first model; undefined where none does, or where it was wrong or unsure before. */
function smallestFooling({ answers }, label) {
  const { unsureBelow } = stage.models[settings.first];
  const unsure = ({ probabilities }) => isUnsure(probabilities, unsureBelow);
  const fooled = (answer) => predict(answer.probabilities) !== label && !unsure(answer);
  const [clean] = answers;
  return fooled(clean) || unsure(clean) ? undefined : answers.find(fooled)?.notch;
}

class Numbers {
  async measure(bench, { sample }) {
    const face = await bench.face(sample);
    return { face, probabilities: (await bench.judge(settings.first, face)).probabilities };
  }

  figures({ probabilities }) {
    return {
      values: figure(VALUES), weights: figure(settings.weights),
      answer: data.classes[predict(probabilities)].toLowerCase(), confidence: share(confidenceIn(probabilities)),
    };
  }

  draw({ face }, chapter) {
    const reds = patchOf(face, settings.patch).map((row) => row.map(([red]) => red));
    const [least, most] = [Math.min(...reds.flat()), Math.max(...reds.flat())];
    const alt = fill(chapter.words.patch_alt, { least, most, row: reds[0].join(", ") });
    const pair = element("div", "pair");
    pair.append(
      captioned(drawFramed(face, settings.patch, chapter.alt), chapter.words.framed),
      captioned(drawPatch(face, settings.patch, alt), chapter.words.patch),
    );
    return [pair];
  }
}

class Smallest {
  async measure(bench, { sample }) {
    const label = bench.label(sample);
    const [face, sweep] = await Promise.all([bench.face(sample), bench.sweep(settings.first, sample, "fgsm")]);
    const level = smallestFooling(sweep, label);
    return { face, sweep, level, row: level ?? settings.most, bench };
  }

  answers({ level }) {
    if (level === undefined) return [settings.upper.length];
    return [settings.upper.findIndex((most) => level <= most)];
  }

  explanation({ level }) {
    return level === undefined ? "unbroken" : "shown";
  }

  figures({ face, sweep, row }) {
    const { picture, probabilities } = sweep.answers[row];
    const largest = measureFidelity(face, picture).linf;
    return {
      level: row, most: settings.most, factor: largest ? Math.max(1, Math.floor(127 / largest)) : 1,
      before: verdict(sweep.answers[0].probabilities), after: verdict(probabilities),
    };
  }

  draw({ row, bench }, chapter) {
    return [stageOf(bench, settings.first, chapter, row)];
  }
}

/** The stage with a sample and FGSM, without what a lesson does not need. */
function stageOf(bench, model, { sample, alt }, level, folded = true) {
  const host = element("div", "stage-host");
  const draw = showStage(host);
  bench.once(`film ${model} ${sample}`, async () => {
    const question = { name: `${model} ${sample} fgsm`, face: await bench.face(sample), label: bench.label(sample) };
    const film = await new Film(bench, { ...question, model, attack: "fgsm" }).begin();
    film.compute().catch(report);
    return film;
  }).then((film) => draw(film, { level, alt, folded, hidden: ["views", "figures", "downloads"] }), report);
  return host;
}

class Sign {
  async measure(bench, { sample }) {
    const label = bench.label(sample);
    const face = await bench.face(sample);
    const attacked = await bench.attack(settings.first, sample, "fgsm", settings.small);
    const tosses = Array.from({ length: settings.draws }, (_, draw) => tossCoins(face, settings.small, draw + 1));
    const answers = await (await bench.with(settings.first)).answer(settings.first, [face, ...tosses]);
    const leads = [...answers.map(({ logits }) => logits), attacked.logits]
      .map((logits) => logits[label] - logits[1 - label]);
    const [lead] = leads;
    const signs = Uint8Array.from(face, (value, at) => 128 + 127 * Math.sign(attacked.picture[at] - value));
    return { signs, lead, gradient: leads.at(-1) - lead, random: leads.slice(1, -1).map((one) => one - lead) };
  }

  answers({ random, gradient }) {
    return [sortShare(Math.max(...random.map(Math.abs)), Math.abs(gradient))];
  }

  figures({ random, gradient, lead }) {
    return {
      random: figure(Math.max(...random.map(Math.abs)), 2), change: figure(gradient, 2),
      before: figure(lead, 2), after: figure(lead + gradient, 2),
    };
  }

  draw({ signs, random, gradient, lead }, { words: own, constants }) {
    const alt = fill(own.chart_alt, {
      least: figure(Math.min(...random), 2), most: figure(Math.max(...random), 2),
      change: figure(gradient, 2), border: figure(-lead, 2),
    });
    const groups = [
      { name: fill(own.random, constants), values: random }, { name: own.gradient, values: [gradient] },
    ];
    const chart = drawMarks(groups, { axis: own.axis, border: -lead, borderLabel: own.border, alt });
    const pair = element("div", "pair chart-and-map");
    pair.append(chart, captioned(drawFace(signs, own.map_alt), own.map));
    return [pair];
  }
}

/** A face with every value pushed up or down by the toss of a coin; the same at each reading of the page. */
function tossCoins(face, level, seed) {
  let state = (seed * 2654435761) >>> 0;
  const out = new Uint8ClampedArray(face);
  for (let at = 0; at < out.length; at += 1) {
    state ^= state << 13; // Marsaglia's xorshift
    state ^= state >>> 17;
    state ^= state << 5;
    out[at] += (state >>> 16) & 1 ? level : -level;
  }
  return new Uint8Array(out.buffer);
}

class Steps {
  async measure(bench, { sample }) {
    const label = bench.label(sample);
    const face = await bench.face(sample);
    const before = (await bench.judge(settings.first, face)).probabilities[label];
    const fgsm = (await bench.attack(settings.first, sample, "fgsm", settings.small)).probabilities[label];
    const { points } = await bench.follow(settings.first, sample, settings.small);
    return { before, fgsm, path: points.map(({ probabilities }) => probabilities[label]) };
  }

  answers({ fgsm, path }) {
    const [one, many] = [fgsm < 0.5, path.at(-1) < 0.5];
    return [one ? (many ? 0 : 1) : many ? 2 : 3];
  }

  figures({ fgsm, path }) {
    return { fgsm: share(fgsm), pgd: share(path.at(-1)), steps: settings.steps };
  }

  draw({ before, fgsm, path }, { words: own }) {
    const alt = fill(own.chart_alt, { fgsm: share(fgsm), path: path.map(share).join(", ") });
    const lines = [{ name: own.pgd, values: path }, { name: own.fgsm, values: [before, fgsm] }];
    return [drawCurves(lines, { ...own, alt })];
  }
}
