// The projector's page: what the class sees, and what the teacher does.
"use strict";

const NEXT_KEYS = new Set(["PageDown", "ArrowRight", " ", "Enter", "n"]);
const BACK_KEYS = new Set(["PageUp", "ArrowLeft", "Backspace", "p"]);
const RETRY = 1500; // milliseconds until a reveal is asked for again whose truth is being measured
const TIMERS = [30, 60, 120];

class Projector {
  constructor(code, secret) {
    this.address = `/room/${code}`;
    this.headers = { Authorization: `Bearer ${secret}` };
    this.code = code;
    this.parts = Object.fromEntries([...document.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.bindControls();
    this.stream = new Stream(`${this.address}/watch`, {
      headers: this.headers,
      onState: (state) => this.show(state),
      onLost: () => { this.parts.lost.hidden = false; },
      onOver: (error, sentence) => this.end(error === "unknown" ? say("projector.gone") : sentence),
    });
    setInterval(() => this.countDown(), 250);
  }

  async move(move, value) {
    const { ok, data } = await post(`${this.address}/move`, value === undefined ? { move } : { move, value }, this.headers);
    setText(this.parts.notice, ok ? "" : data.sentence ?? say("projector.not_sent"));
    return ok;
  }

  // ---- Controls --------------------------------------------------------

  bindControls() {
    const { back, reveal, next, freeze, timer, pupils, answers, questions, close, finish } = this.parts;
    back.addEventListener("click", () => this.move("back"));
    next.addEventListener("click", () => this.goOn());
    reveal.addEventListener("click", () => this.move("reveal"));
    freeze.addEventListener("click", () => this.freeze());
    timer.addEventListener("click", () => this.setTimer());
    pupils.addEventListener("click", () => this.parts.dialog.showModal());
    close.addEventListener("click", () => this.parts.dialog.close());
    answers.addEventListener("click", () => this.save("answers.csv"));
    questions.addEventListener("click", () => this.save("questions.csv"));
    finish.addEventListener("click", () => { if (window.confirm(say("projector.end_sure"))) this.move("end"); });
    document.addEventListener("keydown", (event) => this.press(event));
  }

  /** Keys as a clicker sends them; a focused control keeps Enter and the space bar. */
  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || this.parts.dialog.open || !this.state) return;
    const onControl = event.target.closest?.("button, input, a");
    if (onControl && [" ", "Enter"].includes(event.key)) return;
    if (event.target.matches?.("input") && event.key.startsWith("Arrow")) return;
    const level = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (NEXT_KEYS.has(event.key)) this.advance();
    else if (BACK_KEYS.has(event.key)) this.move("back");
    else if ([".", "b"].includes(event.key)) this.freeze();
    else if (event.key === "t") this.setTimer();
    else if (level && this.state.step.levels) this.stepLevel(level);
    else return;
    event.preventDefault();
  }

  /** One key goes through the lesson: first the answer, then the next step. */
  advance() {
    const { step, stage } = this.state;
    if (canReveal(step) && stage === "ask") this.move("reveal");
    else this.goOn();
  }

  /** Goes to the step after the one shown: two windows, or a clicker that bounces, skip none. */
  goOn() {
    const { index, count } = this.state?.step ?? { index: 0, count: 0 };
    if (index + 1 < count) this.move("go", index + 1);
  }

  freeze() {
    this.move(this.state.frozen ? "thaw" : "freeze");
  }

  /** Half a minute, one, two, and off again. */
  setTimer() {
    const place = TIMERS.indexOf(this.timed) + 1;
    this.timed = this.state.timer === null ? TIMERS[0] : TIMERS[place];
    this.move("timer", this.timed ?? 0);
  }

  stepLevel(by) {
    const { levels, level } = this.state.step;
    const place = levels.indexOf(level) + by;
    if (levels[place] !== undefined) this.move("epsilon", levels[place]);
  }

  async save(name) {
    const response = await fetch(`${this.address}/${name}`, { headers: this.headers });
    if (!response.ok) {
      setText(this.parts.notice, (await response.json().catch(() => ({}))).sentence ?? say("projector.not_sent"));
      return;
    }
    const address = URL.createObjectURL(await response.blob());
    const link = make("a", { href: address, download: `${name.replace(".csv", "")}-${this.code}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  // ---- What the class sees ---------------------------------------------

  show(state) {
    this.parts.lost.hidden = true;
    if (state.ended) {
      this.end(say("projector.ended"));
      return;
    }
    const key = `${state.step.index} ${state.ask}`;
    this.state = state;
    if (key !== this.key) {
      this.key = key;
      this.scene = new (LOOKS[state.step.kind] ?? ShowLook)(state, this);
      this.parts.stage.className = `stage ${state.step.kind}`;
      this.parts.stage.replaceChildren(this.scene.root);
    }
    this.scene.update(state);
    this.tell(state);
    const isLate = state.stage === "reveal" && state.truth && !Object.keys(state.truth).length;
    clearTimeout(this.retry);
    if (isLate) this.retry = setTimeout(() => this.move("reveal"), RETRY);
  }

  tell(state) {
    const { step, stage, frozen, joined, online } = state;
    const { parts } = this;
    const stepNumber = say("projector.step", { index: step.index + 1, count: step.count });
    setText(parts.step, `${stepNumber} \u00b7 ${nameStep(step)}`);
    setText(parts.joined, say("projector.joined", { count: joined }));
    setText(parts.answered, say("projector.answered", { count: countAnswered(state), of: joined }));
    parts.answered.hidden = !(step.choices || step.numbers || step.attacks);
    setText(parts.away, online < joined ? say("projector.away", { count: joined - online }) : "");
    this.end_at = state.timer === null ? undefined : Date.now() + 1000 * state.timer;
    this.countDown();
    setPressed(parts.freeze, frozen);
    parts.frozen.hidden = !frozen;
    parts.reveal.disabled = !canReveal(step) || stage === "reveal";
    parts.reveal.classList.toggle("primary", !parts.reveal.disabled);
    parts.next.classList.toggle("primary", parts.reveal.disabled);
    parts.next.disabled = step.index + 1 >= step.count;
    parts.back.disabled = step.index === 0;
    this.listPupils(state.pupils);
  }

  countDown() {
    const { clock } = this.parts;
    clock.hidden = this.end_at === undefined;
    if (this.end_at !== undefined) setText(clock, writeTime((this.end_at - Date.now()) / 1000));
  }

  listPupils(pupils) {
    const key = JSON.stringify(pupils);
    if (key === this.listed) return;
    this.listed = key;
    this.parts.list.replaceChildren(...pupils.map(({ id, name, online }) => make("li", { class: online ? "" : "offline" },
      make("span", {}, name, online ? "" : ` (${say("projector.offline")})`),
      make("button", { type: "button", "aria-label": say("projector.remove_name", { name }), onclick: () => this.move("remove", id) }, say("projector.remove")))));
    if (!pupils.length) this.parts.list.replaceChildren(make("li", {}, say("projector.nobody")));
  }

  end(sentence) {
    this.stream?.close();
    this.parts.lost.hidden = true;
    this.parts.stage.className = "stage over";
    this.parts.stage.replaceChildren(make("div", { class: "look centred" }, make("h1", {}, sentence)));
    for (const part of document.querySelectorAll("footer button")) part.disabled = true;
  }
}

/** How many have answered; on their own faces, how many have sent all numbers. */
function countAnswered({ step, answered, numbers }) {
  if (!step.numbers) return answered;
  const totals = step.numbers.map((name) => Object.values(numbers[name] ?? {}).reduce((sum, count) => sum + count, 0));
  return Math.min(...totals);
}

/** Whether a step has something to reveal. */
const canReveal = (step) => ["guess", "slider", "own", "game"].includes(step.kind);

/** Begins, or says that the link has no secret. */
function beginProjector() {
  const code = readAddress(2);
  const secret = location.hash.slice(1);
  document.querySelector("[data-part=code]").textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
  window.addEventListener("hashchange", () => location.reload());
  if (!secret) {
    document.querySelector("[data-part=stage]").replaceChildren(make("div", { class: "look centred" }, make("h1", {}, say("projector.no_secret"))));
    return;
  }
  new Projector(code, secret);
}
