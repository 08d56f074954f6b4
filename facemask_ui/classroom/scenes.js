// What a pupil sees at each kind of step. A scene is built once for each asking, and told every state.
"use strict";

/** A sentence and nothing to do: before the lesson, and where only the projector shows something. */
class NoteScene {
  constructor(state) {
    const { step } = state;
    this.title = make("h1", {}, say(`pupil.${step.kind}.title`, { name: state.name }));
    this.root = make("div", { class: "scene" }, this.title, makeProse(say(`pupil.${step.kind}.text`)));
  }

  update() {}
}

/** Whose model a step asks, where the class brought one along. */
const makeWhose = ({ data }) => (data?.whose
  ? make("p", { class: "caption whose" }, say(`whose.${data.whose}`, { model: data.model_title })) : undefined);

/** A question with a button for each answer; perhaps with a face. */
class ChoiceScene {
  constructor(state, room) {
    const { step } = state;
    this.step = step;
    this.buttons = new Map(step.choices.map((choice) => [choice, this.makeButton(choice, room)]));
    const pair = step.kind === "guess" && !step.data?.quiz;
    this.reveal = make("div", { class: "reveal", "aria-live": "polite" });
    this.root = make("div", { class: "scene" },
      step.sample ? make("div", { class: "picture" }, makeFace(step, step.level), this.makeCaption(pair)) : undefined,
      make("h1", {}, nameQuestion(step)), makeWhose(step),
      make("div", { class: pair ? "choices pair" : "choices" }, [...this.buttons.values()]),
      this.reveal);
  }

  makeCaption(pair) {
    return pair ? make("p", { class: "caption" }, say("level", { level: writeLevel(this.step.level) })) : undefined;
  }

  makeButton(choice, room) {
    const classed = ["bare", "masked"].indexOf(choice);
    return make("button", {
      type: "button", class: classed >= 0 ? `choice class-${classed}` : "choice", "aria-pressed": "false",
      "data-choice": choice, onclick: () => room.answer(choice),
    }, classed >= 0 ? drawClass(choice) : undefined, make("span", {}, nameChoice(this.step, choice)));
  }

  update(state, mine) {
    const open = state.stage === "ask" && !state.frozen && !state.mine.answered;
    for (const [choice, button] of this.buttons) {
      setPressed(button, mine === choice);
      button.setAttribute("aria-disabled", String(!open));
      button.classList.toggle("right", state.truth?.answer === choice);
    }
    const key = JSON.stringify([state.truth, mine]);
    if (key === this.shown) return;
    this.shown = key;
    this.reveal.replaceChildren(...(state.truth ? this.tell(state, mine) : []));
  }

  /** What is true, and how the guess compares; nobody keeps a score. */
  tell(state, mine) {
    const { answer, probabilities, text } = state.truth;
    if (answer === undefined && !text) return [make("p", {}, say("computing"))];
    const replies = [];
    if (probabilities) replies.push(make("h2", {}, say("says")), makeVerdict(probabilities));
    if (mine !== undefined && answer !== undefined) replies.push(make("p", { class: "reply" }, say(mine === answer ? "pupil.right" : "pupil.wrong")));
    else if (answer !== undefined) replies.push(make("p", { class: "reply" }, say("pupil.unguessed")));
    return [...replies, ...(text ? makeProse(text) : [])];
  }
}

/** One of the six questions: an answer, and thanks; nothing is revealed. */
class QuestionScene extends ChoiceScene {
  update(state, mine) {
    super.update(state, mine);
    const thanked = mine !== undefined || state.mine.answered;
    const text = thanked ? say("pupil.question.thanks") : say("pupil.question.anonymous");
    this.reveal.replaceChildren(make("p", { class: "reply" }, text));
  }
}

/** A slider over epsilon: where does the model change its mind? At the reveal it answers everywhere. */
class SliderScene {
  constructor(state, room) {
    const { step } = state;
    this.step = step;
    this.room = room;
    this.canvas = makeFace(step, 0);
    this.level = make("output", { class: "level" });
    this.slider = make("input", {
      type: "range", min: "0", max: String(step.data.most), value: "0", step: "1",
      "aria-label": say("epsilon"), oninput: () => this.move(),
    });
    this.here = make("button", { type: "button", class: "choice main", "aria-pressed": "false", onclick: () => room.answer(this.slider.value) });
    this.never = make("button", { type: "button", class: "choice", "aria-pressed": "false", "data-choice": "never", onclick: () => room.answer("never") }, say("pupil.slider.never"));
    this.verdict = make("div", { class: "live", "aria-live": "polite" });
    this.reply = make("p", { class: "reply", "aria-live": "polite" });
    this.root = make("div", { class: "scene" },
      make("div", { class: "picture" }, this.canvas),
      this.verdict,
      make("div", { class: "slide" }, this.slider, this.level),
      make("h1", {}, nameQuestion(step)), makeWhose(step),
      this.reply,
      make("div", { class: "choices" }, this.here, this.never));
    this.move();
  }

  move() {
    const notch = Number(this.slider.value);
    drawFace(this.canvas, this.step, notch);
    setText(this.level, writeLevel(notch));
    this.slider.setAttribute("aria-valuetext", writeLevel(notch));
    setText(this.here, say("pupil.slider.here", { level: writeLevel(notch) }));
    const pair = this.truth?.probabilities?.[notch];
    this.verdict.replaceChildren(...(pair ? [makeVerdict(pair)] : []));
  }

  update(state, mine) {
    const open = state.stage === "ask" && !state.frozen;
    setPressed(this.never, mine === "never");
    for (const button of [this.here, this.never]) button.hidden = state.stage === "reveal";
    this.here.setAttribute("aria-disabled", String(!open));
    this.never.setAttribute("aria-disabled", String(!open));
    setText(this.reply, this.write(state, mine));
    if (state.truth && !this.truth) {
      this.truth = state.truth;
      if (state.truth.answer && state.truth.answer !== "never") this.slider.value = state.truth.answer;
      this.move();
    }
  }

  write(state, mine) {
    const name = (answer) => (answer === "never" ? say("pupil.slider.never") : writeLevel(answer));
    const guessed = mine === undefined ? "" : say("pupil.slider.guessed", { guess: name(mine) });
    if (!state.truth) return guessed;
    const { answer } = state.truth;
    const told = answer === "never" ? say("pupil.slider.holds") : say("pupil.slider.falls", { level: writeLevel(answer) });
    return `${told} ${guessed}`.trim();
  }
}

/** The game: an attack within the budget, or a defence. */
class GameScene {
  constructor(state, room) {
    const { step } = state;
    this.buttons = new Map(step.choices.map((choice) => [choice, make("button", {
      type: "button", class: "choice", "aria-pressed": "false", "data-choice": choice, onclick: () => room.answer(choice),
    }, nameMove(step, choice))]));
    this.reply = make("div", { class: "reveal", "aria-live": "polite" });
    this.root = make("div", { class: "scene" },
      make("h1", {}, say(`pupil.game.${state.role}`)), makeWhose(step),
      makeProse(say(`pupil.game.${state.role}_text`, { budget: step.budget })),
      make("div", { class: "choices" }, [...this.buttons.values()]),
      this.reply);
  }

  update(state, mine) {
    const open = state.stage === "ask" && !state.frozen;
    for (const [choice, button] of this.buttons) {
      setPressed(button, mine === choice);
      button.setAttribute("aria-disabled", String(!open));
    }
    this.reply.replaceChildren(...(state.truth ? [make("p", { class: "reply" }, this.tell(state, mine))] : []));
  }

  /** A pupil's own points against all choices of the other side; the ranks are on the projector. */
  tell({ truth, role, step }, mine) {
    if (mine === undefined) return say("pupil.unguessed");
    const shares = role === "attacker"
      ? Object.values(truth.payoff[mine]).map((share) => 1 - share)
      : Object.values(truth.payoff).map((row) => row[mine]);
    const share = shares.reduce((sum, value) => sum + value, 0) / shares.length;
    return say(`pupil.game.${role}_result`, { share: writePercent(share), choice: nameMove(step, mine) });
  }
}

/** What a choice of the game is called. */
function nameMove(step, choice) {
  const attack = step.data?.described?.[choice];
  if (!attack) return say(`defences.${choice}`);
  const { level, steps } = attack;
  return say(steps === 1 ? "game.one_step" : "game.many_steps", { level: writeLevel(level), steps, cost: new Intl.NumberFormat(LANGUAGE).format(step.attacks[choice]) });
}
