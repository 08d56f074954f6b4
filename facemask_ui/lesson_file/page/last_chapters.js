// Chapters 5 to 8. What needs more than the two models of the file stands in it as the lab computed it.

class Noise {
  async measure(bench, { sample }) {
    const label = bench.label(sample);
    const sweep = await bench.sweep(settings.first, sample, "fgsm");
    const noise = await bench.sweep(settings.first, sample, "noise");
    const level = smallestFooling(sweep, label) ?? settings.most;
    return { attack: confidencesOf(sweep, label), noise: confidencesOf(noise, label), level };
  }

  answers({ attack, noise }) {
    const [small, large] = [noise, attack].map((curve) => Math.max(...curve) - Math.min(...curve));
    return [sortShare(small, large)];
  }

  figures({ attack, noise, level }) {
    return {
      level, attack: share(attack[level]), noise: share(noise[level]),
      most: settings.most, noise_most: share(noise.at(-1)),
    };
  }

  draw({ attack, noise }, { words: own }) {
    const read = (curve) => [0, 8, 16, 24, 32].map((level) => `${level}/255 ${share(curve[level])}`).join("; ");
    const alt = fill(own.chart_alt, { attack: read(attack), noise: read(noise) });
    const lines = [{ name: own.attack, values: attack }, { name: own.random, values: noise }];
    return [drawCurves(lines, { ...own, alt })];
  }
}

class Others {
  async measure(bench, { sample }) {
    const label = bench.label(sample);
    const face = await bench.face(sample);
    const made = await bench.attack(settings.first, sample, "pgd", settings.transfer);
    const { twin } = settings;
    const [before, after] = [{ ...lesson.stored.before }, { ...lesson.stored.after }];
    before[twin] = (await bench.judge(twin, face)).probabilities;
    after[twin] = (await bench.judge(twin, made.picture)).probabilities;
    const right = Object.keys(after).filter((name) => predict(before[name]) === label);
    const fooled = right.filter((name) => predict(after[name]) !== label);
    const standing = Object.keys(after).filter((name) => predict(after[name]) === label);
    return { first: made.probabilities, after, right, fooled, standing };
  }

  answers({ after, fooled }) {
    return [fooled.length === 0 ? 0 : fooled.length === Object.keys(after).length ? 2 : 1];
  }

  explanation({ fooled, standing }) {
    return fooled.length && standing.length ? "some" : "shown";
  }

  figures({ after, right, fooled, standing }) {
    const list = new Intl.ListFormat(language);
    const [fallen, upright] = [fooled, standing].map((names) => list.format(names.map((name) => lesson.titles[name])));
    const counts = { count: fooled.length, others: Object.keys(after).length, right_before: right.length };
    return { ...counts, fooled: fallen, standing: upright };
  }

  draw({ first, after }, { words: own_ }) {
    const name = lesson.titles[settings.first];
    const rows = Object.entries(after).map(([model, shares]) => [lesson.titles[model], shares]);
    const bars = drawProbabilities(fill(own_.alt, { model: name }), [[fill(own_.made, { name }), first], ...rows]);
    const large = Object.keys(after).filter((model) => model !== settings.twin).map((model) => lesson.titles[model]);
    const names = new Intl.ListFormat(language).format(large);
    return [bars, line(fill(own.stored_models, { names }), "small")];
  }

  /** Why this face was chosen, and how the others went. */
  drawMore(_, { choice }) {
    return choice ? prose(choice) : [];
  }
}

class Defence {
  async measure(bench, { sample, alt }) {
    const label = bench.label(sample);
    const bare = await bench.attack(settings.first, sample, "pgd", settings.strong);
    const twin = await bench.attack(settings.twin, sample, "pgd", settings.strong);
    const { naive, adaptive } = lesson.stored;
    const verdicts = { bare: bare.probabilities, naive, adaptive, twin: twin.probabilities };
    return { verdicts, label, bench, sample, alt };
  }

  answers({ verdicts, label }) {
    const [washed, trained] = [verdicts.adaptive, verdicts.twin].map((shares) => predict(shares) === label);
    return [washed ? (trained ? 2 : 0) : trained ? 1 : 3];
  }

  figures({ verdicts, label }) {
    const entries = Object.entries(verdicts).filter(([name]) => name !== "bare");
    return Object.fromEntries(entries.map(([name, shares]) => [name, `**${share(shares[label])}**`]));
  }

  draw({ verdicts }, { words: own_ }) {
    const rows = Object.entries(verdicts).map(([name, shares]) => [own_[name], shares]);
    return [drawProbabilities(own_.alt, rows), line(own.stored_defence, "small")];
  }

  /** The twin's own stage, and what it costs. */
  drawMore({ bench, sample, alt }, { words: own_ }) {
    const { price } = lesson;
    const stage_ = [element("h3", "", own_.slider), stageOf(bench, settings.twin, { sample, alt }, stage.usual, false)];
    if (!price) return [...stage_, element("h3", "", own_.price), line(own_.unpublished, "small")];
    return [
      ...stage_, element("h3", "", own_.price), ...prose(price.cost), tabulate("", price.accuracies),
      ...(price.caution ? [line(price.caution, "small")] : []), ...(price.uneven ? prose(price.uneven) : []),
      tabulate(own_.tones_caption, price.tones),
    ];
  }
}

class Meaning {
  async measure() {
    return undefined;
  }

  figures() {
    return {};
  }

  draw() {
    return [];
  }
}

const CHAPTERS = {
  numbers: new Numbers(), smallest: new Smallest(), sign: new Sign(), steps: new Steps(), noise: new Noise(),
  others: new Others(), defence: new Defence(), meaning: new Meaning(),
};
