// One face along an axis - every epsilon, or every step of an attack - under one slider.
//
// Everything shown was computed by the server beforehand and came in parts (part.js): the face, how
// each notch changes it, and what the model says to it. So a drag asks the server for nothing. What
// a canvas shows is the 8-bit picture the model was given, to the last bit.

const films = (globalThis[Symbol.for("facemask-lab.films")] ??= new Map());
const onScreen = (globalThis[Symbol.for("facemask-lab.on-screen")] ??= new Map());
const SIDE = 224;
const VALUES = SIDE * SIDE * 3;
const KEPT_FILMS = 3;
const BLINK_MS = 700; // slower than three flashes a second
const PLAY_MS = 350;
const VIEWS = ["side", "wipe", "blink"];

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const lab = (parentElement.lab ??= new Lab(parentElement));
  lab.show(data, { setStateValue, setTriggerValue });
  forgetOthers();
  return () => lab.close();
}

/** Two labs may stand on a page, and neither's film may go: its parts would not be sent again. */
function forgetOthers() {
  const shown = new Set(onScreen.values());
  const others = [...films.keys()].filter((key) => !shown.has(key));
  for (const key of others.slice(0, Math.max(0, others.length - KEPT_FILMS))) films.delete(key);
}

class Lab {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.slider = this.find(".slider");
    this.view = "side";
    this.guesses = new Map();
    this.life = new AbortController();
    this.listen();
  }

  listen() {
    const { signal } = this.life;
    const on = (target, kind, act) => target.addEventListener(kind, act, { signal });
    on(this.slider, "input", () => this.request());
    on(this.slider, "change", () => this.tell());
    on(this.find(".seam"), "input", () => this.request());
    on(this.find(".less"), "click", () => this.step(-1));
    on(this.find(".more"), "click", () => this.step(1));
    on(this.find(".play"), "click", () => this.play(!this.playing));
    for (const kind of ["pointerdown", "pointermove"]) {
      on(this.canvas("both"), kind, (event) => this.wipeTo(event));
      on(this.find(".curve"), kind, (event) => event.buttons && this.pointAt(event));
    }
    on(this.find(".curve"), "pointerup", () => this.tell());
    on(globalThis, "facemask-lab", ({ detail }) => {
      if (detail === this.data?.question) this.refresh();
    });
    this.resized = new ResizeObserver(() => this.film && (this.drawCurve(), this.request()));
    this.resized.observe(this.find(".curve"));
  }

  close() {
    this.life.abort();
    this.resized.disconnect();
    this.play(false);
    this.blink(false);
    onScreen.delete(this);
    delete this.root.lab;
  }

  show(data, page) {
    const first = this.data === undefined;
    this.data = data;
    this.words = data.words;
    this.page = page;
    onScreen.set(this, data.question);
    this.slider.min = 0;
    this.slider.max = data.axis.most;
    if (first) this.slider.value = this.told = data.level; // from then on it is the visitor's
    this.find(".lab").style.setProperty("--on-class-1", data.onBlue);
    this.label();
    this.refresh();
  }

  // ---- what does not move with the slider ----

  label() {
    const { words, data } = this;
    this.find(".scrub .name").textContent = data.axis.name;
    this.slider.setAttribute("aria-label", data.axis.name);
    this.find(".less").setAttribute("aria-label", words.less);
    this.find(".more").setAttribute("aria-label", words.more);
    this.find(".seam").setAttribute("aria-label", words.seam);
    const play = this.find(".play");
    play.hidden = !data.axis.playable;
    play.textContent = this.playing ? words.pause : words.play;
    this.find(".views").hidden = data.hidden.includes("views");
    this.find(".figures").hidden = data.hidden.includes("figures");
    this.find(".takeaway").hidden = data.hidden.includes("downloads");
    replace(this.find(".views"), VIEWS.map((view) => this.viewButton(view)));
    this.offer();
  }

  offer() {
    const { words, data } = this;
    const animating = this.animating === data.question;
    const offered = [
      button(words.savePicture, () => this.savePicture()),
      button(words.saveRecord, () => this.saveRecord()),
    ];
    if (data.animated) {
      const text = animating ? words.animating : words.saveAnimation;
      offered.push(button(text, () => animating || this.saveAnimation()));
      offered.at(-1).setAttribute("aria-disabled", animating); // it keeps the keyboard's place
    }
    replace(this.find(".takeaway"), offered);
  }

  viewButton(view) {
    const made = button(this.words.views[view], () => this.look(view));
    made.setAttribute("role", "radio");
    made.setAttribute("aria-checked", String(view === this.view));
    return made;
  }

  look(view) {
    this.view = view;
    this.blink(view === "blink");
    this.label();
    this.request();
    this.find('.views [aria-checked="true"]').focus();
  }

  blink(on) {
    clearInterval(this.blinker);
    this.attackedShown = true;
    if (!on) return;
    this.blinker = setInterval(() => {
      this.attackedShown = !this.attackedShown;
      this.request();
    }, BLINK_MS);
  }

  // ---- parts that have come ----

  refresh() {
    this.film = assembled(films.get(this.data.question) ?? new Map());
    const fooled = this.film.confidence(1 - this.data.label).find(([, share]) => share > 0.5);
    this.film.first = fooled?.[0];
    this.drawCurve();
    this.drawKey();
    this.drawGuess();
    this.request();
    if (this.animating === this.data.question && this.film.animation) this.saveAnimation();
  }

  get level() {
    return Number(this.slider.value);
  }

  /** Draws before the next frame, once, however many events there were. */
  request() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  draw() {
    const { film, level } = this;
    if (!film.face) return;
    const point = film.points.get(level);
    const attacked = picture(film, level);
    this.drawPictures(attacked);
    this.drawLevel(point);
    this.drawVerdict(point);
    this.drawBars(point);
    this.drawFigures(point);
    this.moveMarker(point);
    const veiled = this.veiled();
    this.find(".answers").hidden = veiled;
    this.find(".figures").classList.toggle("veiled", veiled);
    this.tag(point);
  }

  /** Says which film is on the screen and how far it has come, for those who measure or test. */
  tag(point) {
    const state = !point ? "face" : this.film.done ? "complete" : "answered";
    Object.assign(this.find(".lab").dataset, { film: this.data.question, state });
  }

  drawPictures(attacked) {
    const { film, words, data, view } = this;
    const hide = (role, hidden) => (this.find(`[data-role=${role}]`).hidden = hidden);
    for (const role of ["original", "noise", "attacked"]) hide(role, view !== "side");
    hide("both", view === "side");
    this.find(".seam").hidden = view !== "wipe";
    const state = this.spoken(film.points.get(this.level));
    if (view !== "side") {
      const seam = view === "wipe" ? Number(this.find(".seam").value) : 0;
      const shown = view === "wipe" || this.attackedShown ? attacked : film.face;
      paint(this.canvas("both"), joined(film.face, shown ?? film.face, seam), seam);
      const told = view === "wipe" ? words.wiped : this.attackedShown ? words.attacked : words.original;
      this.caption("both", told, `${told}. ${data.alt}. ${state}`);
      return;
    }
    paint(this.canvas("original"), film.face);
    this.caption("original", words.original, `${data.alt}. ${this.answer(film.before)}`);
    const { noise, factor } = magnified(film.face, attacked ?? film.face);
    paint(this.canvas("noise"), noise);
    this.caption("noise", words.noise.replace("{factor}", factor), words.noiseAlt.replace("{factor}", factor));
    paint(this.canvas("attacked"), attacked ?? film.face);
    this.find("[data-role=attacked]").classList.toggle("pending", !attacked);
    this.caption("attacked", words.attacked, `${words.attackedAlt} ${state}`);
  }

  caption(role, text, spoken) {
    this.find(`[data-role=${role}] figcaption`).textContent = text;
    this.canvas(role).setAttribute("aria-label", spoken);
  }

  canvas(role) {
    return this.find(`[data-role=${role}] canvas`);
  }

  drawLevel(point) {
    const { axis } = this.data;
    const text = axis.shown[this.level];
    this.find(".level").textContent = text;
    this.find(".stated").textContent = this.data.stated[this.level] ?? "";
    this.slider.setAttribute("aria-valuetext", `${text}. ${this.spoken(point)}`);
    const first = this.veiled() ? undefined : this.film.first;
    const flag = this.find(".flag");
    flag.hidden = first === undefined;
    if (first === undefined) return;
    flag.textContent = this.words.flag.replace("{notch}", axis.short[first]);
    flag.style.setProperty("--at", first / axis.most);
  }

  drawVerdict(point) {
    const { film, words, data } = this;
    this.find(".before").replaceChildren(`${words.before}: `, this.chip(film.before));
    const verdict = this.find(".verdict");
    delete verdict.dataset.outcome;
    if (this.veiled()) return verdict.replaceChildren(words.veiled);
    if (!point) return verdict.replaceChildren(words.waiting);
    const outcome = outcomeOf(film.before, point.probabilities, data.label);
    verdict.dataset.outcome = outcome;
    verdict.replaceChildren(
      icon(words.icons[outcome]), `${words.outcomes[outcome]} `, this.chip(point.probabilities),
    );
  }

  /** A verdict as icon, word and confidence: never by colour alone. */
  chip(probabilities) {
    const label = predicted(probabilities);
    const chip = element("span", `chip class-${label}`);
    const confidence = percent(probabilities[label]);
    chip.append(icon(this.words.classIcons[label]), `${this.words.classes[label]} ${confidence}`);
    return chip;
  }

  answer(probabilities) {
    const label = predicted(probabilities);
    return `${this.words.classes[label]} ${percent(probabilities[label])}`;
  }

  spoken(point) {
    if (this.veiled()) return this.words.veiled;
    if (!point) return this.words.waiting;
    const outcome = outcomeOf(this.film.before, point.probabilities, this.data.label);
    return `${this.words.outcomes[outcome]} ${this.answer(point.probabilities)}`;
  }

  drawBars(point) {
    const rows = [[this.words.before, this.film.before], [this.words.after, point?.probabilities]];
    this.find(".bars").replaceChildren(...rows.map(([name, shares]) => this.bar(name, shares)));
  }

  bar(name, shares) {
    const row = element("div", "bar");
    const track = element("span", "track");
    for (const label of shares ? [1, 0] : []) {
      const part = element("span", `part class-${label}`);
      part.style.width = `${100 * shares[label]}%`;
      if (shares[label] >= 0.2) part.textContent = percent(shares[label]);
      track.append(part);
    }
    row.append(element("span", "name", name), track);
    return row;
  }

  drawFigures(point) {
    const { words } = this;
    const shown = Object.entries(words.figures).map(([key, [name, unit]]) => {
      const value = point?.figures?.[key];
      const box = element("div");
      const text = value === undefined ? "…" : value === null ? "∞" : `${value}${unit}`;
      box.append(element("dt", "", name), element("dd", "", text));
      return box;
    });
    this.find(".figures").replaceChildren(...shown);
    this.drawBeyond(point?.figures?.l2);
  }

  /** Rounding to 8 bits may lengthen what an attack in L2 found: then it says how far that is. */
  drawBeyond(reached) {
    const { axis } = this.data;
    const beyond = this.find(".beyond");
    beyond.hidden = this.veiled() || !(reached > axis.lengths?.[this.level]);
    beyond.textContent = this.words.beyond
      .replace("{reached}", reached).replace("{epsilon}", axis.short[this.level]);
  }

  // ---- confidence along the axis ----

  drawCurve() {
    const { film, data } = this;
    const svg = this.find(".curve");
    const width = svg.clientWidth || 640; // drawn in the screen's own pixels, so that text keeps its size
    this.right = width - MARGIN;
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const shapes = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      shape("line", { x1: LEFT, x2: this.right, y1: up(share), y2: up(share), class: share === 0.5 ? "half" : "grid" }),
      label(LEFT - 8, up(share) + 5, `${100 * share} %`, "end"),
    ]);
    for (const level of ticks(data.axis)) {
      shapes.push(label(this.across(level), BOTTOM + 22, String(data.axis.values[level]), "middle"));
    }
    for (const [name, values] of Object.entries(film.lines)) {
      shapes.push(shape("polyline", { points: this.path(values), class: `line ${name}` }));
    }
    shapes.push(shape("polyline", { points: this.path(film.confidence(data.label)), class: "line own" }));
    if (film.first !== undefined) {
      const x = this.across(film.first);
      shapes.push(shape("line", { x1: x, x2: x, y1: up(0), y2: up(1), class: "fallen" }));
    }
    shapes.push(shape("line", { y1: up(0), y2: up(1), class: "marker" }));
    shapes.push(shape("circle", { r: 7, class: "marker" }));
    svg.replaceChildren(...shapes);
    svg.setAttribute("aria-label", this.curveInWords());
  }

  curveInWords() {
    const { words, film, data } = this;
    if (film.first === undefined) return `${words.curve}. ${words.never}`;
    return `${words.curve}. ${words.from.replace("{notch}", data.axis.short[film.first])}`;
  }

  across(level) {
    return LEFT + ((this.right - LEFT) * level) / this.data.axis.most;
  }

  path(values) {
    return values.map(([level, share]) => `${this.across(level)},${up(share)}`).join(" ");
  }

  moveMarker(point) {
    const x = this.across(this.level);
    const line = this.find("line.marker");
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    const dot = this.find("circle.marker");
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", up(point?.probabilities[this.data.label] ?? 0));
    dot.style.display = point ? "" : "none";
  }

  drawKey() {
    const { words, film, data } = this;
    const title = words.curveOf.replace("{class}", words.classes[data.label].toLowerCase());
    const items = [["own", `${title}: ${data.attack}`]];
    for (const name of Object.keys(film.lines)) items.push([name, words.lines[name]]);
    if (!film.done) items.push(["", words.filling]);
    this.find(".key").replaceChildren(
      ...items.map(([name, text]) => {
        const item = element("li");
        item.append(element("span", `sample ${name}`), text);
        return item;
      }),
    );
  }

  // ---- guess first ----

  veiled() {
    return this.data.guess && !this.guesses.has(this.data.question);
  }

  drawGuess() {
    const { words, film, data } = this;
    const box = this.find(".guess");
    box.hidden = !data.guess;
    if (!data.guess) return;
    const [said, row] = box.children;
    const guess = this.guesses.get(data.question);
    const asking = guess === undefined ? data.question : undefined;
    if (asking && asking === this.asking) return; // a button stays while parts are coming
    this.asking = asking;
    if (asking) {
      said.textContent = words.guess.replace("{class}", words.classes[data.label].toLowerCase());
      row.replaceChildren(
        button(words.guessHeld, () => this.guess(false)),
        button(words.guessFooled, () => this.guess(true)),
        button(words.guessNothing, () => this.guess(null)),
      );
      return;
    }
    row.replaceChildren();
    const point = film.points.get(guess.level);
    if (guess.fooled === null || !point) return (box.hidden = true);
    const fooled = predicted(point.probabilities) !== data.label;
    said.textContent = fooled === guess.fooled ? words.guessedRight : words.guessedWrong;
  }

  guess(fooled) {
    this.guesses.set(this.data.question, { fooled, level: this.level });
    this.drawGuess();
    this.request();
    this.slider.focus();
  }

  // ---- moving ----

  step(by) {
    this.slider.value = this.level + by;
    this.request();
    this.tell();
  }

  pointAt(event) {
    const box = this.find(".curve").getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (this.right - LEFT);
    this.slider.value = Math.round(share * this.data.axis.most);
    this.request();
  }

  wipeTo(event) {
    if (this.view !== "wipe") return;
    const box = this.canvas("both").getBoundingClientRect();
    this.find(".seam").value = Math.round(((event.clientX - box.left) / box.width) * SIDE);
    this.request();
  }

  play(on) {
    clearInterval(this.player);
    this.playing = on;
    const stop = () => this.level >= Number(this.slider.max);
    if (this.data) this.find(".play").textContent = on ? this.words.pause : this.words.play;
    if (!on) return;
    if (stop()) this.slider.value = this.slider.min;
    this.player = setInterval(() => {
      this.slider.value = this.level + 1;
      this.request();
      if (stop()) this.play(false);
    }, PLAY_MS);
  }

  /** Tells the page where the slider came to rest, for its link and what else depends on it. */
  tell() {
    if (this.level === this.told) return;
    this.told = this.level;
    this.page.setStateValue("level", this.level);
  }

  // ---- taking home ----

  savePicture() {
    const attacked = picture(this.film, this.level);
    if (!attacked) return;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    paint(canvas, attacked);
    canvas.toBlob((blob) => save(blob, `${this.named()}.png`), "image/png");
  }

  /** The server makes the film once it is wanted; it comes as one more part. */
  saveAnimation() {
    const { animation } = this.film;
    this.animating = animation ? undefined : this.data.question;
    this.offer();
    if (animation) save(new Blob([animation], { type: "image/gif" }), `${this.data.file}.gif`);
    else this.page.setTriggerValue("animate", true);
  }

  saveRecord() {
    const { film, data, level } = this;
    const rows = [...film.points].sort(([a], [b]) => a - b);
    const points = rows.map(([at, { probabilities, figures }]) => ({
      [data.axis.key]: data.axis.values[at], probabilities, ...figures,
    }));
    const here = { [data.axis.key]: data.axis.values[level] };
    const record = { ...data.record, ...here, before: film.before, points };
    const text = JSON.stringify(record, null, 1);
    save(new Blob([text], { type: "application/json" }), `${this.named()}.json`);
  }

  named() {
    return `${this.data.file}-${this.data.axis.values[this.level]}`;
  }
}

// ---- a film from its parts ----

function assembled(parts) {
  const film = {
    face: undefined, before: undefined, sign: undefined, done: false,
    frames: new Map(), points: new Map(), lines: {},
  };
  for (const part of parts.values()) {
    if (part.kind === "face") Object.assign(film, { face: part.pixels, before: part.before });
    if (part.kind === "sign") film.sign = signed(part.pixels);
    if (part.kind === "frames") addFrames(film.frames, part);
    if (part.kind === "line") film.lines[part.name] = part.values;
    if (part.kind === "animation") film.animation = part.pixels;
    if (part.kind === "end") film.done = true;
    (part.levels ?? []).forEach((level, row) => {
      const point = film.points.get(level) ?? {};
      if (part.probabilities) point.probabilities = part.probabilities[row];
      if (part.figures) point.figures = part.figures[row];
      film.points.set(level, point);
    });
  }
  for (const [level, point] of film.points) if (!point.probabilities) film.points.delete(level);
  film.confidence = (wanted) =>
    [...film.points].sort(([a], [b]) => a - b).map(([level, { probabilities }]) => [level, probabilities[wanted]]);
  return film;
}

function signed(bytes) {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function addFrames(frames, part) {
  part.levels.forEach((level, row) => {
    frames.set(level, part.pixels.subarray(row * VALUES, (row + 1) * VALUES));
  });
}

/** The 8-bit picture at a notch, RGB; undefined while it is not computed yet. */
function picture(film, level) {
  if (!film.points.has(level)) return undefined;
  const change = film.frames.get(level);
  if (change) {
    const out = new Uint8Array(VALUES); // wraps, as the difference was sent
    for (let i = 0; i < VALUES; i++) out[i] = film.face[i] + change[i];
    return out;
  }
  const out = new Uint8ClampedArray(VALUES); // clamps as the attack does
  for (let i = 0; i < VALUES; i++) out[i] = film.face[i] + level * film.sign[i];
  return out;
}

/**
 * Grey where nothing changed; the largest factor at which at most one value in a hundred is cut off:
 * in L2 a few values move far, and would leave the rest too dim to be seen.
 */
function magnified(face, attacked) {
  const counts = new Uint32Array(256);
  for (let i = 0; i < VALUES; i++) counts[Math.abs(attacked[i] - face[i])]++;
  let large = 255;
  for (let cut = counts[large]; large > 1 && cut <= VALUES / 100; cut += counts[large]) large--;
  const factor = counts[0] === VALUES ? 1 : Math.max(1, Math.floor(127 / large));
  const noise = new Uint8ClampedArray(VALUES);
  for (let i = 0; i < VALUES; i++) noise[i] = 128 + factor * (attacked[i] - face[i]);
  return { noise, factor };
}

/** The original left of the seam, the other picture right of it. */
function joined(original, other, seam) {
  const out = other.slice();
  for (let row = 0; row < SIDE; row++) {
    const start = row * SIDE * 3;
    out.set(original.subarray(start, start + seam * 3), start);
  }
  return out;
}

function paint(canvas, rgb, seam = 0) {
  const context = canvas.getContext("2d");
  const image = (canvas.image ??= context.createImageData(SIDE, SIDE));
  for (let i = 0, j = 0; i < VALUES; i += 3, j += 4) {
    image.data[j] = rgb[i];
    image.data[j + 1] = rgb[i + 1];
    image.data[j + 2] = rgb[i + 2];
    image.data[j + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  if (seam > 0 && seam < SIDE) {
    context.fillStyle = "#fff";
    context.fillRect(seam - 1, 0, 2, SIDE);
  }
}

// ---- verdicts ----

function predicted(probabilities) {
  return probabilities[1] > probabilities[0] ? 1 : 0;
}

function outcomeOf(before, after, label) {
  if (predicted(before) !== label) return "wrong";
  return predicted(after) === label ? "held" : "fooled";
}

/** As the rest of the lab writes it: only what is certain to the last digit is 100 %. */
function percent(share) {
  const text = (100 * share).toFixed(1);
  if (text === "100.0" && share < 1) return "> 99.9 %";
  if (text === "0.0" && share > 0) return "< 0.1 %";
  return `${text} %`;
}

// ---- the chart's frame ----

const HEIGHT = 230;
const LEFT = 58;
const MARGIN = 14;
const TOP = 12;
const BOTTOM = 190;
const up = (share) => BOTTOM - share * (BOTTOM - TOP);

function ticks({ most }) {
  const stride = Math.max(1, Math.round(most / 8));
  const found = [];
  for (let at = 0; at <= most; at += stride) found.push(at);
  return found;
}

function shape(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function label(x, y, text, anchor) {
  const made = shape("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}

// ---- elements ----

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** As replaceChildren; what had the focus has it still, by its place. */
function replace(parent, children) {
  const at = [...parent.children].indexOf(parent.getRootNode().activeElement);
  parent.replaceChildren(...children);
  if (at >= 0) parent.children[at]?.focus();
}

function button(text, act) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function icon(name) {
  const made = element("span", "icon", name);
  made.setAttribute("aria-hidden", "true");
  return made;
}

function save(blob, name) {
  const link = element("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
