// The pupil's page: joins a room, and shows what the teacher's step needs.
"use strict";

const KEPT = "facemask-room"; // the code and this device's token, for a reload; nothing else is kept
const MOST_TRIES = 20; // to join a room into which too many come at once
const TEACHER_AWAY = 4000; // milliseconds; a reload of the projector's page is shorter
const SCENES = { guess: ChoiceScene, question: QuestionScene, slider: SliderScene, own: OwnScene, game: GameScene };

/** One room, as this device is in it. */
class PupilRoom {
  constructor({ code, pupil, name }, page) {
    Object.assign(this, { code, pupil, name, page, chosen: undefined });
    this.stream = new Stream(`/room/${code}/events?pupil=${encodeURIComponent(pupil)}`, {
      onState: (state) => this.show(state),
      onLost: () => page.setConnected(false),
      onOver: (error, sentence) => this.leave(error === "unknown" ? say("pupil.gone") : sentence, error === "removed" ? code : ""),
    });
  }

  show(state) {
    this.page.setConnected(true);
    if (state.ended) {
      this.leave(say("pupil.ended"), "");
      return;
    }
    const key = `${state.step.index} ${state.ask}`;
    if (key !== this.key) {
      this.key = key;
      this.chosen = undefined;
      this.begin(state);
    }
    this.state = state;
    if (this.chosen === state.mine.answer) this.chosen = undefined;
    this.scene.update(state, this.chosen ?? state.mine.answer);
    this.page.tell(state);
  }

  begin(state) {
    this.scene?.close?.();
    const Scene = SCENES[state.step.kind] ?? NoteScene;
    this.state = state;
    this.scene = new Scene(state, this);
    this.page.setScene(this.scene.root);
  }

  /** Shows an answer at once, and sends it until it has arrived or the class is elsewhere. */
  async answer(choice) {
    const { state, key } = this;
    if (state.stage !== "ask" || state.frozen || state.mine.answered) return;
    this.chosen = choice;
    this.scene.update(state, choice);
    const body = { pupil: this.pupil, step: state.step.index, ask: state.ask, answer: choice };
    const isWanted = () => this.key === key && this.chosen === choice && this.state.stage === "ask";
    const { ok, data } = await postSurely(`/room/${this.code}/answer`, body, isWanted);
    if (ok || !isWanted()) return;
    this.chosen = undefined;
    this.scene.update(this.state, this.state.mine.answer);
    this.page.complain(data.sentence ?? say("pupil.not_sent"));
  }

  /** Sends a number that this device has measured; while the teacher has stopped all, it waits. */
  async sendNumber(step, name, value) {
    const body = { pupil: this.pupil, step: step.index, name, value };
    const isWanted = () => this.state.step.index === step.index;
    for (;;) {
      const { ok, data } = await postSurely(`/room/${this.code}/number`, body, isWanted);
      if (ok || !isWanted()) return;
      if (data.error !== "frozen") {
        this.page.complain(data.sentence ?? say("pupil.not_sent"));
        return;
      }
      await pause(LONGEST_WAIT);
    }
  }

  leave(sentence, code) {
    this.stream.close();
    this.scene?.close?.();
    keep(null);
    this.page.askCode(sentence, code);
  }
}

/** The parts of the page around a scene. */
class PupilPage {
  constructor() {
    this.main = document.querySelector("main");
    this.name = document.querySelector("#name");
    this.timer = document.querySelector("#timer");
    this.lost = document.querySelector("#lost");
    this.notice = document.querySelector("#notice");
    setInterval(() => {
      this.countDown();
      this.tellHeld();
    }, 250);
  }

  setConnected(connected) {
    this.lost.hidden = connected;
  }

  setScene(root) {
    this.main.replaceChildren(root);
    window.scrollTo(0, 0);
    setText(this.notice, "");
  }

  complain(sentence) {
    setText(this.notice, sentence);
  }

  tell(state) {
    setText(this.name, state.name);
    this.end = state.timer === null || state.timer === undefined ? undefined : Date.now() + 1000 * state.timer;
    this.countDown();
    this.alone = state.teacher ? undefined : this.alone ?? Date.now();
    this.frozen = state.frozen;
    this.tellHeld();
  }

  /** Says why nothing goes on: the answers are stopped, or the teacher's page has been away a while. */
  tellHeld() {
    const away = this.alone !== undefined && Date.now() - this.alone > TEACHER_AWAY ? say("pupil.teacher_away") : "";
    const held = this.frozen ? say("pupil.frozen") : away;
    if (held || this.held) setText(this.notice, held);
    this.held = Boolean(held);
  }

  countDown() {
    this.timer.hidden = this.end === undefined;
    if (this.end !== undefined) setText(this.timer, writeTime((this.end - Date.now()) / 1000));
  }

  /** Asks for a code, and joins with it. */
  askCode(sentence, code) {
    this.setConnected(true);
    this.end = undefined;
    this.frozen = false;
    this.alone = undefined;
    this.held = false;
    setText(this.name, "");
    setText(this.notice, "");
    const complaint = make("p", { class: "complaint", role: "status" }, sentence ?? "");
    const field = make("input", {
      id: "code", name: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
      maxlength: "12", required: true, "aria-describedby": "code-hint",
    });
    field.value = code ?? "";
    const form = make("form", {
      class: "scene join", onsubmit: async (event) => {
        event.preventDefault();
        setText(complaint, await this.join(field.value) ?? "");
      },
    },
    make("h1", {}, say("pupil.join.title")),
    complaint,
    make("label", { for: "code" }, say("pupil.join.code")), field,
    make("p", { id: "code-hint", class: "caption" }, say("pupil.join.hint")),
    make("button", { class: "choice main", type: "submit" }, say("pupil.join.go")));
    this.main.replaceChildren(form);
    field.focus();
  }

  /** Joins a room; returns a sentence where that is refused. */
  async join(text) {
    const code = cleanCode(text);
    for (let tries = 1; ; tries += 1) {
      const { ok, status, data } = await post(`/room/${code || "-"}/join`, {});
      if (ok) {
        this.enter({ code, pupil: data.pupil, name: data.name });
        return undefined;
      }
      if (data.error !== "fast" || tries === MOST_TRIES) return data.sentence ?? say(status ? "pupil.not_sent" : "pupil.lost");
      await pause(LONGEST_WAIT * (0.5 + Math.random()));
    }
  }

  enter(kept) {
    keep(kept);
    history.replaceState(null, "", `/join/${kept.code}`);
    this.main.replaceChildren(make("div", { class: "scene" }, make("h1", {}, say("pupil.joining"))));
    this.room = new PupilRoom(kept, this);
  }

  /** Comes back after a reload, joins by the address, or asks for the code. */
  async begin() {
    const code = cleanCode(readAddress(2));
    const kept = recall();
    if (kept && (!code || kept.code === code)) {
      this.enter(kept);
      return;
    }
    const complaint = code ? await this.join(code) : undefined;
    if (!this.room) this.askCode(complaint, code);
  }
}

/** A code without the spaces, hyphens and accents that people type. */
const cleanCode = (text) => text.normalize("NFKD").toUpperCase().replace(/[^A-Z0-9]/g, "");

/** Keeps the way back into the room for a reload, or forgets it; a browser may keep nothing. */
function keep(kept) {
  try {
    if (kept) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    else sessionStorage.removeItem(KEPT);
  } catch (error) {
    console.warn(error);
  }
}

/** What was kept; null where there is nothing. */
function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

new PupilPage().begin();
