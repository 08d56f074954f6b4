// A webcam whose stills are answered one at a time, by this device (device_stills.js) or by the server.
//
// Those for the server go one at a time, too: the next leaves only when the answer to the
// last is there, so that a slow server never gets more work than it can do. It leaves before that
// answer is drawn, so that server and browser work at the same time.
//
// The server finds the face in a still, and gets its place and class back with the next one, where it
// needs a fifth of the time for the face and three quarters for the model. Whatever ends the mode - the button,
// a tab out of sight, another page - switches the camera off and drops every picture.

const SIDE = 224; // what the model sees
const LONGEST = 640; // of a still; still.py has the same
const QUALITY = 0.85;
const HISTORY_MS = 30_000;
const RATE_MS = 5_000; // the rate is that of the last seconds
const PATIENCE_MS = 15_000; // then the answer was lost, with a connection that broke
const CALM_MS = 1_000;
const ONE_DIGIT = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
const SPEECH_MS = 4_000;
const REASONS = {
  NotAllowedError: "refused", SecurityError: "insecure", NotFoundError: "missing",
  OverconstrainedError: "missing", NotReadableError: "taken", AbortError: "taken",
};

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const live = (parentElement.live ??= new Live(parentElement));
  live.show(data, { setStateValue, setTriggerValue });
  // Streamlit ends an overtaken run in this way as well; only what has left the page is closed.
  return () => parentElement.isConnected || live.close();
}

class Live {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.video = this.find("video");
    this.epsilon = this.find("#epsilon");
    this.shown = this.find("canvas"); // the still that is answered, with its face framed
    this.canvas = document.createElement("canvas"); // the still under way
    this.crop = document.createElement("canvas");
    this.crop.width = this.crop.height = SIDE;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.number = Date.now(); // no two visits of the page share a number
    this.history = [];
    this.life = new AbortController();
    this.listen();
  }

  listen() {
    const { signal } = this.life;
    const on = (target, kind, act) => target.addEventListener(kind, act, { signal });
    on(this.find(".switch"), "click", () => (this.on ? this.stop("off") : this.start()));
    on(this.epsilon, "input", () => this.label());
    on(this.epsilon, "change", () => this.stills || this.page.setStateValue("level", this.epsilon.valueAsNumber));
    on(document, "visibilitychange", () => document.hidden && this.on && this.stop("hidden"));
    on(globalThis, "pagehide", () => this.on && this.stop("off"));
    this.resizes = new ResizeObserver(() => this.data && this.drawCourse());
    this.resizes.observe(this.find(".course"));
  }

  /** Ends everything when the visitor leaves the page. */
  close() {
    this.life.abort();
    this.resizes.disconnect();
    this.release();
    delete this.root.live;
  }

  show(data, page) {
    const first = this.data === undefined;
    this.data = data;
    this.words = data.words;
    this.page = page;
    this.stills = data.device ? new DeviceStills(data.device) : undefined;
    this.stills?.load().catch(() => this.complain(this.words.engine));
    if (first) {
      this.epsilon.max = data.levels.length - 1;
      this.epsilon.value = data.level; // later only the visitor moves it
      this.writeTexts();
      this.showState("off");
      this.clear();
    }
    this.label();
    if (data.answer) this.takeAnswer(data.answer);
    else if (data.seen === this.number && this.still) this.send(); // its answer was overtaken
  }

  // ---- texts ----

  writeTexts() {
    const { words } = this;
    const texts = {
      "[for=epsilon]": words.epsilon, "[data-role=camera] figcaption": words.camera,
      ".title": words.course, ".mirrored": words.mirrored,
      "[data-role=clean] figcaption": words.clean,
      "[data-role=attacked] figcaption": words.attacked,
    };
    for (const [selector, text] of Object.entries(texts)) this.find(selector).textContent = text;
    this.find(".key").replaceChildren(
      ...Object.entries(words.lines).map(([name, text]) => {
        const item = element("li");
        item.append(element("span", `sample ${name}`), text);
        return item;
      }),
    );
  }

  label() {
    const text = this.data.levels[this.epsilon.value];
    this.find("output[for=epsilon]").textContent = text;
    this.epsilon.setAttribute("aria-valuetext", text);
  }

  /** Shows what the camera is doing: off, opening, first (it waits for an answer), running, hidden. */
  showState(state) {
    this.find(".live").dataset.state = state;
    this.find(".switch").textContent = this.on ? this.words.stop : this.words.start;
    this.find(".state").textContent = this.words[state] ?? "";
  }

  complain(text) {
    this.find(".trouble").textContent = text;
  }

  // ---- on and off ----

  async start() {
    this.complain("");
    if (!isSecureContext || !navigator.mediaDevices) return this.complain(this.words.insecure);
    this.on = true;
    const mine = (this.attempt = {}); // the visitor may stop and start it again while the browser asks
    this.showState("opening");
    const constraints = { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: constraints, audio: false });
      if (this.attempt !== mine) return end(stream);
      this.stream = stream;
      stream.getVideoTracks()[0].onended = () => this.fail(this.words.unplugged);
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      if (this.attempt === mine) this.fail(this.words[REASONS[error.name] ?? "failed"]);
      return;
    }
    if (this.attempt !== mine) return;
    this.showState("first");
    this.ask();
  }

  fail(sentence) {
    this.stop("off");
    this.complain(sentence);
  }

  stop(state) {
    this.release();
    this.clear();
    this.showState(state);
    if (!this.stills) this.page.setTriggerValue("stopped", true); // the last answer leaves the page as well
  }

  release() {
    this.on = false;
    this.attempt = undefined;
    clearTimeout(this.timer);
    if (this.stream) end(this.stream);
    this.stream = this.still = this.face = this.video.srcObject = null;
  }

  clear() {
    this.history = [];
    for (const canvas of [this.canvas, this.crop, this.shown])
      canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    this.shown.setAttribute("aria-label", this.words.waiting);
    this.find(".finding").textContent = "";
    this.clearAnswers();
    this.find(".spoken").textContent = this.find(".rate").textContent = "";
    this.drawCourse();
  }

  clearAnswers() {
    for (const role of ["clean", "attacked"]) {
      const picture = this.find(`[data-role=${role}] img`);
      picture.removeAttribute("src");
      picture.hidden = true;
      picture.alt = this.words.waiting;
      this.find(`[data-role=${role}] .verdict`).replaceChildren();
    }
  }

  // ---- a still and its answer ----

  ask() {
    this.number += 1;
    this.still = this.grab();
    this.send();
  }

  send() {
    clearTimeout(this.timer);
    this.sent = performance.now();
    const asked = { number: this.number, level: this.epsilon.valueAsNumber, face: this.face };
    if (this.stills) {
      const failed = () => this.on && this.fail(this.words.engine);
      this.stills.answer(asked, this.canvas).then((answer) => this.takeAnswer(answer)).catch(failed);
      return;
    }
    this.page.setTriggerValue("still", { ...asked, picture: this.still, label: this.classed });
    this.timer = setTimeout(() => {
      this.complain(this.words.slow.replace("{seconds}", PATIENCE_MS / 1000));
      this.send();
    }, PATIENCE_MS);
  }

  /** Grabs the camera's picture, no larger than a face needs. */
  grab() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    this.canvas.width = Math.round(scale * width);
    this.canvas.height = Math.round(scale * height);
    this.canvas.getContext("2d").drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return this.canvas.toDataURL("image/jpeg", QUALITY);
  }

  /** Shows the still with a frame around its face, if it has one. */
  drawStill(face) {
    const { width, height } = this.canvas;
    Object.assign(this.shown, { width, height });
    const context = this.shown.getContext("2d");
    context.drawImage(this.canvas, 0, 0);
    const line = Math.max(2, Math.round(width / 200));
    for (const [colour, thickness] of face ? [["#10161d", 2 * line], ["#fff", line]] : []) {
      Object.assign(context, { strokeStyle: colour, lineWidth: thickness });
      context.strokeRect(...face);
    }
    const text = face ? this.words.face : this.words.faceless;
    this.shown.setAttribute("aria-label", `${this.words.camera}. ${text}`);
    const finding = this.find(".finding");
    if (finding.textContent !== text) finding.textContent = text; // said once, not with every still
  }

  /** Cuts the face out of the still, as the model sees it. */
  cutFace([left, top, width, height]) {
    const context = this.crop.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.canvas, left, top, width, height, 0, 0, SIDE, SIDE);
  }

  takeAnswer(answer) {
    if (!this.on || answer.number !== this.number || !this.still) return;
    clearTimeout(this.timer);
    if (answer.problem) return this.fail(answer.problem);
    this.complain("");
    const now = performance.now();
    const took = now - this.sent;
    this.showState("running");
    this.face = answer.face;
    this.classed = answer.clean?.label;
    this.drawStill(answer.face);
    if (answer.face) this.cutFace(answer.face); // before the next still takes the canvas
    this.still = null;
    this.timer = setTimeout(() => this.ask(), this.calm.matches ? Math.max(0, CALM_MS - took) : 0);
    setTimeout(() => this.drawAnswers(answer, now, took)); // while the server has the next still
  }

  drawAnswers(answer, now, took) {
    if (!this.on) return; // switched off meanwhile
    if (answer.face) this.takeVerdicts(answer, now, took);
    else this.clearAnswers();
    this.find(".live").dataset.answered = answer.number; // for those who measure or test
  }

  takeVerdicts(answer, now, took) {
    this.history.push({ at: now, clean: answer.clean.share, attacked: answer.attacked.share });
    this.history = this.history.filter(({ at }) => at >= now - HISTORY_MS);
    this.drawAnswer("clean", this.crop.toDataURL("image/jpeg", QUALITY), answer.clean);
    this.drawAnswer("attacked", answer.picture, answer.attacked);
    this.drawCourse();
    this.drawRate(now, took);
    this.speak(answer, now);
  }

  drawAnswer(role, address, verdict) {
    const picture = this.find(`[data-role=${role}] img`);
    picture.src = address;
    picture.alt = this.words.pictured
      .replace("{picture}", this.words[role]).replace("{verdict}", verdict.verdict);
    picture.hidden = false;
    const chip = element("span", `chip class-${verdict.label}`);
    chip.append(icon(verdict.icon), verdict.verdict);
    const parts = verdict.outcome ? [icon(verdict.outcomeIcon), `${verdict.outcome} `, chip] : [chip];
    this.find(`[data-role=${role}] .verdict`).replaceChildren(...parts);
  }

  drawRate(now, took) {
    const recent = this.history.filter(({ at }) => at >= now - RATE_MS);
    if (recent.length < 2) return;
    const rate = (1000 * (recent.length - 1)) / (now - recent[0].at);
    const figure = rate.toLocaleString(document.documentElement.lang || undefined, ONE_DIGIT);
    const text = this.words.rate.replace("{rate}", figure).replace("{time}", Math.round(took));
    this.find(".rate").textContent = this.calm.matches ? `${text} ${this.words.calm}` : text;
    this.find(".live").dataset.rate = rate.toFixed(2);
  }

  /** Speaks not after every still: a screen reader would never come to an end. */
  speak({ clean, attacked }, now) {
    const classes = `${clean.label}${attacked.label}`;
    if (classes === this.classes || now - (this.spoke ?? -SPEECH_MS) < SPEECH_MS) return;
    Object.assign(this, { classes, spoke: now });
    this.find(".spoken").textContent = this.words.said
      .replace("{clean}", clean.verdict).replace("{attacked}", attacked.verdict);
  }

  // ---- the last 30 seconds ----

  drawCourse() {
    const svg = this.find(".course");
    const width = svg.clientWidth || 400; // drawn in the screen's own pixels, so that text keeps its size
    const right = width - MARGIN;
    const now = this.history.at(-1)?.at ?? 0;
    const across = (at) => right - ((right - LEFT) * (now - at)) / HISTORY_MS;
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const frame = [0, 0.5, 1].flatMap((share) => [
      shape("line", { x1: LEFT, x2: right, y1: up(share), y2: up(share), class: share === 0.5 ? "half" : "grid" }),
      writeLabel(LEFT - 8, up(share) + 5, `${100 * share} %`, "end"),
    ]);
    const times = [
      writeLabel(LEFT, BOTTOM + 22, this.words.ago, "start"),
      writeLabel(right, BOTTOM + 22, this.words.now, "end"),
    ];
    const lines = ["clean", "attacked"].map((name) =>
      shape("polyline", {
        points: this.history.map((point) => `${across(point.at)},${up(point[name])}`).join(" "),
        class: `line ${name}`,
      }),
    );
    svg.replaceChildren(...frame, ...times, ...lines);
    svg.setAttribute("aria-label", this.describeCourse());
  }

  describeCourse() {
    const last = this.history.at(-1);
    if (!last) return this.words.no_course;
    return ["clean", "attacked"].reduce(
      (text, name) => text.replace(`{${name}}`, (100 * last[name]).toFixed(0)),
      this.words.whole_course,
    );
  }
}

function end(stream) {
  for (const track of stream.getTracks()) track.stop();
}

const HEIGHT = 200;
const LEFT = 52;
const MARGIN = 10;
const TOP = 10;
const BOTTOM = 168;
const up = (share) => BOTTOM - share * (BOTTOM - TOP);

function element(name, className = "") {
  const node = document.createElement(name);
  node.className = className;
  return node;
}

function icon(name) {
  const node = element("span", "icon");
  node.setAttribute("aria-hidden", "true");
  node.textContent = name;
  return node;
}
