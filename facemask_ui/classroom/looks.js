// One look for each kind of step on the projector: built once an asking, told every state.
"use strict";

const LONG = 90; // letters of a question

/** The code, the picture for phones and the address, as large as can be, and who is there. */
class WelcomeLook {
  constructor(state) {
    const { room } = state;
    this.names = make("ul", { class: "names", "aria-label": say("projector.who") });
    this.address = make("p", { class: "address" }, `${location.host}/join`);
    this.findAddress();
    this.code = room;
    this.picture = make("img", { class: "qr", alt: say("projector.qr"), src: `/room/qr/${room}.svg` });
    this.root = make("div", { class: "look welcome-look" },
      make("div", { class: "join-side" }, this.picture),
      make("div", { class: "join-text" },
        make("h1", {}, say("projector.join_title")),
        make("p", {}, say("projector.join_scan")), this.address,
        make("p", {}, say("projector.join_code")),
        make("p", { class: "big-code" }, `${room.slice(0, 3)} ${room.slice(3)}`), this.names));
  }

  /** The projector's own address may be one that only this computer has. */
  async findAddress() {
    const response = await fetch("/room/reach").catch(() => undefined);
    if (response?.ok) setText(this.address, (await response.json()).join.replace(/^https?:\/\//, ""));
  }

  update({ pupils }) {
    this.names.replaceChildren(...pupils.map(({ name }) => make("li", {}, name)));
  }
}

/** A question of the questionnaire: only how many have answered, so that nobody leans on others. */
class QuestionLook {
  constructor(state) {
    const { step } = state;
    this.meter = make("span", { class: "fill" });
    this.count = make("p", { class: "big-number" });
    this.root = make("div", { class: "look centred" },
      make("h1", {}, nameQuestion(step)),
      make("ol", { class: "options" }, step.choices.map((choice) => make("li", {}, nameChoice(step, choice)))),
      make("div", { class: "meter", "aria-hidden": "true" }, this.meter), this.count,
      make("p", { class: "hint" }, say("projector.anonymous")));
  }

  update({ answered, joined }) {
    this.meter.style.width = `${joined ? (100 * answered) / joined : 0}%`;
    setText(this.count, say("projector.answered", { count: answered, of: joined }));
  }
}

/** A question as a heading; a long one is set smaller, so that all stays on one screen. */
function makeHeading(step) {
  const question = nameQuestion(step);
  return make("h1", { class: question.length > LONG ? "long" : undefined }, question);
}

/** A face and the class's guesses as bars; at the reveal the model's own answer beside them. */
class GuessLook {
  constructor(state, projector) {
    const { step } = state;
    this.step = step;
    this.bars = new Bars(step);
    this.truth = make("div", { class: "truth", "aria-live": "polite" });
    const epsilon = step.levels ? this.makeEpsilon(step, projector) : undefined;
    const picture = step.sample ? make("div", { class: "picture-side" }, makeFace(step, step.level), epsilon) : undefined;
    this.root = make("div", { class: picture ? "look split" : "look" }, picture,
      make("div", { class: "text-side" }, makeHeading(step), makeWhose(step), this.bars.root, this.truth));
  }

  makeEpsilon(step, projector) {
    const place = step.levels.indexOf(step.level);
    const button = (by, words, sign) => make("button", {
      type: "button", "aria-label": words, disabled: step.levels[place + by] === undefined, onclick: () => projector.stepLevel(by),
    }, sign);
    return make("div", { class: "epsilon" }, button(-1, say("projector.less"), "\u2212"),
      make("p", {}, make("span", {}, say("epsilon")), make("strong", {}, writeLevel(step.level))),
      button(1, say("projector.more"), "+"));
  }

  update({ counts, truth }) {
    this.bars.update(counts, truth?.answer);
    const key = JSON.stringify(truth);
    if (key === this.shown) return;
    this.shown = key;
    this.truth.replaceChildren(...(truth ? this.tell(truth) : []));
    this.root.classList.toggle("revealed", Boolean(truth));
  }

  tell({ answer, probabilities, text }) {
    if (probabilities) return [make("h2", {}, say("says_model", { model: this.step.data.model_title })), makeVerdict(probabilities)];
    if (answer === undefined && !text) return [make("p", { class: "hint" }, say("computing"))];
    return makeProse(text ?? "");
  }
}

/** Where the class expects the model to change its mind; then the slider itself, to move. */
class SliderLook {
  constructor(state) {
    const { step } = state;
    this.step = step;
    this.canvas = makeFace(step, 0);
    this.histogram = new Histogram(step.data.most, { never: say("projector.never"), kind: "guessed", alt: say("projector.guesses"), title: say("projector.guesses") });
    this.slider = make("input", { type: "range", min: "0", max: String(step.data.most), value: "0", "aria-label": say("epsilon"), oninput: () => this.move() });
    this.level = make("strong", {});
    this.verdict = make("div", { class: "truth", "aria-live": "polite" });
    this.root = make("div", { class: "look split" },
      make("div", { class: "picture-side" }, this.canvas, make("div", { class: "epsilon" }, this.slider, make("p", {}, this.level))),
      make("div", { class: "text-side" }, make("h1", {}, nameQuestion(step)), makeWhose(step), this.histogram.root, this.verdict));
    this.move();
  }

  move() {
    const notch = Number(this.slider.value);
    drawFace(this.canvas, this.step, notch);
    setText(this.level, writeLevel(notch));
    this.slider.setAttribute("aria-valuetext", writeLevel(notch));
    const pair = this.truth?.probabilities?.[notch];
    this.verdict.replaceChildren(...(pair ? [make("p", { class: "told" }, this.told), makeVerdict(pair)] : []));
  }

  update({ counts, truth }) {
    this.histogram.update(counts, truth?.answer);
    if (!truth || this.truth) return;
    this.truth = truth;
    this.told = truth.answer === "never" ? say("pupil.slider.holds") : say("pupil.slider.falls", { level: writeLevel(truth.answer) });
    if (truth.answer !== "never") this.slider.value = truth.answer;
    this.move();
  }
}

/** The smallest epsilons of the pupils' own faces: numbers only, never a picture. */
class OwnLook {
  constructor(state) {
    const { step } = state;
    this.step = step;
    this.histograms = new Map(step.numbers.map((name) => [name, new Histogram(step.data.most, {
      never: say("projector.never"), kind: `number-${name}`, title: say(`numbers.${name}.title`), alt: say(`numbers.${name}.title`),
    })]));
    this.truth = make("div", { class: "truth", "aria-live": "polite" });
    this.root = make("div", { class: `look own-look of-${step.numbers.length}` },
      make("h1", {}, nameQuestion(step)), makeWhose(step),
      make("div", { class: "histograms" }, [...this.histograms.values()].map(({ root }) => root)),
      this.truth, make("p", { class: "hint" }, say("projector.numbers_only")));
  }

  update({ numbers, stage }) {
    for (const [name, histogram] of this.histograms) histogram.update(numbers[name] ?? {});
    const lines = stage === "reveal" ? this.step.numbers.map((name) => this.tell(name, numbers[name] ?? {})) : [];
    this.truth.replaceChildren(...lines.filter(Boolean).map((text) => make("p", { class: "told" }, text)));
  }

  /** At which level half of the class has fallen. */
  tell(name, counts) {
    const median = findMedian(counts);
    if (median === undefined) return "";
    const words = { name: say(`numbers.${name}.title`), level: writeLevel(median) };
    return say(median === Infinity ? "projector.middle_never" : "projector.middle", words);
  }
}

/** The game: two sides, and at the reveal what every move was worth. */
class GameLook {
  constructor({ step }) {
    this.root = make("div", { class: "look" }, make("h1", {}, say("steps.game.question")), makeWhose(step));
  }

  update({ step, counts, truth, scores }) {
    const key = JSON.stringify([counts, truth, scores]);
    if (key === this.shown) return;
    this.shown = key;
    this.body?.remove();
    this.body = makeGame(step, counts, truth, scores);
    this.root.append(this.body);
  }
}

/** The end: how the class's answers have changed. */
class EndLook {
  constructor() {
    this.root = make("div", { class: "look" }, make("h1", {}, say("projector.change_title")));
  }

  update({ step, questionnaire }) {
    const key = JSON.stringify(questionnaire);
    if (key === this.shown) return;
    this.shown = key;
    this.body?.remove();
    this.body = makeChange(questionnaire, step.data.right);
    this.root.append(this.body);
  }
}

/** A heading and a text. */
class ShowLook {
  constructor({ step }) {
    this.root = make("div", { class: "look centred" }, make("h1", {}, nameStep(step)));
  }

  update() {}
}

const LOOKS = {
  welcome: WelcomeLook, question: QuestionLook, guess: GuessLook, slider: SliderLook, own: OwnLook, game: GameLook, end: EndLook,
};
