// One face along an axis - every epsilon, or every step of an attack - under one slider.
//
// Everything shown was computed by the server beforehand and came in parts (part.js): the face, how
// each notch changes it, and what the model says to it. So a drag asks the server for nothing.
//
// This file wires the others together; component.py joins them in this order, for a component of
// Streamlit's takes one text: elements.js, codec.js, pictures.js, png.js, curve.js, player.js,
// downloads.js, guess.js, lab.js.

const onScreen = (globalThis[Symbol.for("facemask-lab.on-screen")] ??= new Map());
const KEPT_FILMS = 3;
const VIEWS = ["side", "wipe", "blink"];

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const lab = (parentElement.lab ??= new Lab(parentElement));
  lab.show(data, { setStateValue, setTriggerValue });
  forgetOthers();
  // Streamlit ends an overtaken run in this way as well; only what has left the page is closed.
  return () => parentElement.isConnected || lab.close();
}

/** Two labs may stand on a page, and neither's film may go: its parts would not be sent again. */
function forgetOthers() {
  const current = new Set(onScreen.values());
  const others = [...films.keys()].filter((key) => !current.has(key));
  for (const key of others.slice(0, Math.max(0, others.length - KEPT_FILMS))) films.delete(key);
}

class Lab {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.slider = this.find(".slider");
    this.view = "side";
    this.curve = new Curve(this.find(".curve"), this.find(".key"));
    this.player = new Player(this.slider, this.find(".play"), () => this.request());
    this.downloads = new Downloads(this.find(".takeaway"));
    this.guess = new Guess(this.find(".guess"), () => this.unveil());
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
    on(this.find(".play"), "click", () => this.player.play(!this.player.playing));
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
    this.player.stop();
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
    if (first) this.slider.value = this.restedAt = data.level; // from then on it is the visitor's
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
    this.find(".play").hidden = !data.axis.playable;
    this.player.label(words);
    this.find(".views").hidden = data.hidden.includes("views");
    this.find(".figures").hidden = data.hidden.includes("figures");
    this.find(".takeaway").hidden = data.hidden.includes("downloads");
    replace(this.find(".views"), VIEWS.map((view) => this.viewButton(view)));
    this.downloads.offer(data, this.page, () => this.level);
  }

  viewButton(view) {
    const radio = button(this.words.views[view], () => this.look(view));
    radio.setAttribute("role", "radio");
    radio.setAttribute("aria-checked", String(view === this.view));
    return radio;
  }

  look(view) {
    this.view = view;
    this.player.blink(view === "blink");
    this.label();
    this.request();
    this.find('.views [aria-checked="true"]').focus();
  }

  // ---- parts that have come ----

  refresh() {
    this.film = assemble(films.get(this.data.question) ?? new Map());
    const { label, unsureBelow } = this.data;
    const least = unsureBelow ?? 0; // what is unsure is not fooled
    const fooling = confidence(this.film, 1 - label).find(([, share]) => share > 0.5 && share >= least);
    const { before } = this.film;
    const doubt = before !== undefined && isUnsure(before, unsureBelow);
    this.film.wrong = before !== undefined && predict(before) !== label && !doubt;
    const known = fooling && sortPoints(this.film).findIndex(([at]) => at === fooling[0]) === fooling[0];
    this.film.first = this.film.wrong || doubt || !known ? undefined : fooling[0]; // no attack made it so
    this.drawCurve();
    this.curve.drawKey(this.film, this.data);
    this.drawGuess();
    this.request();
    this.downloads.take(this.film);
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
    this.drawPictures(attackedAt(film, level));
    this.drawLevel(point);
    this.drawVerdict(point);
    this.drawBars(point);
    this.drawFigures(point);
    this.curve.moveMarker(level, point?.probabilities[this.data.label]);
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
    const { film, view } = this;
    const hide = (role, hidden) => (this.find(`[data-role=${role}]`).hidden = hidden);
    for (const role of ["original", "noise", "attacked"]) hide(role, view !== "side");
    hide("both", view === "side");
    this.find(".seam").hidden = view !== "wipe";
    const state = this.spoken(film.points.get(this.level));
    if (view === "side") this.drawSideBySide(attacked, state);
    else this.drawBoth(attacked, state);
  }

  drawBoth(attacked, state) {
    const { film, words, data, view } = this;
    const { showsAttacked } = this.player;
    const seam = view === "wipe" ? Number(this.find(".seam").value) : 0;
    const other = view === "wipe" || showsAttacked ? attacked : film.face;
    paint(this.canvas("both"), join(film.face, other ?? film.face, seam), seam);
    const caption = view === "wipe" ? words.wiped : showsAttacked ? words.attacked : words.original;
    this.caption("both", caption, `${caption}. ${data.alt}. ${state}`);
  }

  drawSideBySide(attacked, state) {
    const { film, words, data } = this;
    paint(this.canvas("original"), film.face);
    this.caption("original", words.original, `${data.alt}. ${this.answer(film.before)}`);
    const { noise, factor } = magnify(film.face, attacked ?? film.face);
    paint(this.canvas("noise"), noise);
    this.caption("noise", words.noise.replace("{factor}", factor), words.noiseAlt.replace("{factor}", factor));
    paint(this.canvas("attacked"), attacked ?? film.face);
    this.find("[data-role=attacked]").classList.toggle("pending", !attacked);
    this.caption("attacked", words.attacked, `${words.attackedAlt} ${state}`);
  }

  caption(role, caption, spoken) {
    this.find(`[data-role=${role}] figcaption`).textContent = caption;
    this.canvas(role).setAttribute("aria-label", spoken);
  }

  canvas(role) {
    return this.find(`[data-role=${role}] canvas`);
  }

  drawLevel(point) {
    const { axis } = this.data;
    const level = axis.texts[this.level];
    this.find(".level").textContent = level;
    this.find(".stated").textContent = this.data.stated[this.level] ?? "";
    this.slider.setAttribute("aria-valuetext", `${level}. ${this.spoken(point)}`);
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
    verdict.classList.toggle("plain", !data.headline);
    delete verdict.dataset.outcome;
    if (this.veiled()) return verdict.replaceChildren(words.veiled);
    if (!point) return verdict.replaceChildren(words.waiting);
    const outcome = outcomeOf(film.before, point.probabilities, data, this.isMoved());
    verdict.dataset.outcome = outcome;
    verdict.replaceChildren(
      icon(words.icons[outcome]), `${words.outcomes[outcome]} `, this.chip(point.probabilities),
    );
  }

  /** Says whether the attacked picture differs from the original in any value. */
  isMoved() {
    const { film, level } = this;
    return attackedAt(film, level)?.some((value, place) => value !== film.face[place]) ?? false;
  }

  /** A verdict as icon, word and confidence: never by colour alone. */
  chip(probabilities) {
    const label = predict(probabilities);
    const chip = element("span", `chip class-${label}`);
    const share = percent(probabilities[label]);
    chip.append(icon(this.words.classIcons[label]), `${this.words.classes[label]} ${share}`);
    return chip;
  }

  answer(probabilities) {
    const label = predict(probabilities);
    return `${this.words.classes[label]} ${percent(probabilities[label])}`;
  }

  spoken(point) {
    if (this.veiled()) return this.words.veiled;
    if (!point) return this.words.waiting;
    const { film, data } = this;
    const outcome = outcomeOf(film.before, point.probabilities, data, this.isMoved());
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
    const boxes = Object.entries(this.words.figures).map(([key, [name, unit]]) => {
      const value = point?.figures?.[key];
      const box = element("div");
      const figure = value === undefined ? "…" : value === null ? "∞" : `${value}${unit}`;
      box.append(element("dt", "", name), element("dd", "", figure));
      return box;
    });
    this.find(".figures").replaceChildren(...boxes);
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

  drawCurve() {
    this.curve.draw(this.film, this.film.first, this.data);
  }

  // ---- guess first ----

  veiled() {
    return this.guess.hides(this.data);
  }

  drawGuess() {
    this.guess.draw(this.film, this.data, () => this.level);
  }

  unveil() {
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
    this.slider.value = this.curve.levelUnder(event);
    this.request();
  }

  wipeTo(event) {
    if (this.view !== "wipe") return;
    const box = this.canvas("both").getBoundingClientRect();
    this.find(".seam").value = Math.round(((event.clientX - box.left) / box.width) * SIDE);
    this.request();
  }

  /** Tells the page where the slider came to rest, for its link and what else depends on it. */
  tell() {
    if (this.level === this.restedAt) return;
    this.restedAt = this.level;
    this.page.setStateValue("level", this.level);
  }
}
