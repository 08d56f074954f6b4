// A film as the page asks for it, and the lab's stage that shows it.

class Film {
  /**
   * @param bench Computes.
   * @param question `name`, `face`, `label` (null where nobody says it), `model`, `attack`.
   */
  constructor(bench, question) {
    Object.assign(this, { bench, ...question, parts: new Map(), stopper: new AbortController() });
  }

  /** Judges the face, which settles what an attack drives away from. */
  async begin() {
    const { probabilities } = await this.bench.judge(this.model, this.face);
    this.before = probabilities;
    this.label ??= predict(probabilities);
    films.set(this.name, this.parts);
    return this;
  }

  /** Computes the whole film, part by part, then the lines to compare with. */
  async compute() {
    const { name, model, attack, face, before, label } = this;
    const { twin } = lesson.settings;
    const device = await this.bench.with(twin);
    const other = model === twin ? undefined : twin;
    const { seed, axis: { stops } } = stage;
    const task = { model, twin: other, face, before, label, attack, settings: {}, seed, stops };
    await computeFilm(device, name, task, this.stopper.signal);
  }

  stop() {
    this.stopper.abort();
  }
}

/**
 * Draws the lab's stage for a film.
 *
 * @param host The element that becomes the stage.
 * @returns Draws it, for a film and options: `level`, `alt`, `truthKnown`, `frame` (how the face was cut), `framed`
 *   (whether it is a face), `guess`, `hidden`, `folded` and `onSmallerSteps`, as component.py has them.
 */
function showStage(host) {
  const root = openRoot(host, data.markup.lab, data.styles.lab);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let last;
  const draw = (film, options) => {
    last = [film, options];
    films.set(film.name, film.parts); // the component forgets those that are long off the screen
    const model = stage.models[film.model];
    const attack = stage.attacks[film.attack];
    const stated = stage.stated[film.model][film.attack];
    const { truthKnown = true, hidden = [], guess = false, level = stage.usual, alt, frame = {}, folded = true, framed = true } = options;
    const truth = truthKnown ? ["without_mask", "with_mask"][film.label] : null;
    const fields = { ...stated.note, ...frame, ...(truth && { true_class: truth }) };
    const record = { model: film.model, model_sha256: model.sha256, true_class: truth };
    const described = {
      question: film.name, axis: stage.axis, label: film.label, unsureBelow: model.unsureBelow, alt,
      attack: attack.title, credit: stated.credit, file: `attacked-${film.attack}-linf`,
      note: { fields, key: "epsilon", values: attack.epsilons, keyword: stage.keyword },
      threatModels: attack.threatModels, level, record, stated: stated.texts, animated: false,
      oneStep: film.attack === "fgsm", offersSmallerSteps: Boolean(options.onSmallerSteps), folded,
      guess, captions: "", truthKnown, hidden, headline: framed, language,
      words: stage.words[truthKnown ? "known" : "unknown"],
      onBlue: getComputedStyle(document.documentElement).getPropertyValue("--on-class-1"),
    };
    const setTriggerValue = (name) => name === "smaller_steps" && options.onSmallerSteps();
    showLab({ data: described, parentElement: root, setStateValue: () => {}, setTriggerValue });
  };
  dark.addEventListener("change", () => last && draw(...last));
  return draw;
}
