// One face along an axis - every epsilon, or every step of an attack - under one slider.
//
// Everything shown was computed by the server beforehand and came in parts (part.js): the face, how
// each notch changes it, and what the model says to it. So a drag asks the server for nothing.
//
// This file wires the others together; component.py joins them, for a component of Streamlit's takes
// one text.

const onScreen = (globalThis[Symbol.for("facemask-lab.on-screen")] ??= new Map());
const KEPT_FILMS = 3;

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
    const request = () => this.request();
    this.curve = new Curve(this.find(".curve"), this.find(".key"));
    this.rail = new Rail(this.find(".strip"), this.find(".ticks"), this.find(".flag"));
    this.player = new Player(this.slider, this.find(".play"), request);
    this.views = new Views(this.find, this.player, request);
    this.answer = new Answer(this.find);
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
    on(this.find(".again button"), "click", () => this.page.setTriggerValue("smaller_steps", true));
    for (const kind of ["pointerdown", "pointermove"]) {
      on(this.views.canvas("both"), kind, (event) => this.views.wipeTo(event));
      on(this.find(".curve"), kind, (event) => event.buttons && this.pointAt(event));
    }
    on(this.find(".curve"), "pointerup", () => this.tell());
    on(this.find(".folded"), "toggle", () => this.film && (this.drawCurve(), this.request()));
    on(globalThis, "facemask-lab", ({ detail }) => {
      if (detail === this.data?.question) this.refresh();
    });
    // From the page's skip link; of two labs on a page the folded one is its stage.
    on(globalThis, "facemask-lab-slider", () => this.data?.folded && this.slider.focus());
    on(globalThis, "resize", () => this.measure());
    this.resized = new ResizeObserver(() => {
      this.measure();
      if (this.film) (this.drawCurve(), this.request());
    });
    // What stands above comes and goes; then one of the boxes around the lab changes its height.
    for (let node = this.find(".lab"); node; node = node.parentNode ?? node.host) {
      if (node instanceof Element) this.resized.observe(node);
    }
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
    if (first) this.place(data); // from then on the slider is the visitor's
    this.find(".lab").style.setProperty("--on-class-1", data.onBlue);
    this.label();
    this.measure();
    this.refresh();
  }

  /** Puts the slider where the page says, which becomes one of its stops. */
  place({ axis, level, folded }) {
    this.scale = new Scale(axis.stops, level);
    this.slider.max = this.scale.last;
    this.slider.value = this.scale.stopNear(level);
    this.restedAt = level;
    this.find(".folded").open = !folded;
  }

  /** Tells the style how far below the window's top the stage begins, before anyone scrolls. */
  measure() {
    const stage = this.find(".stage");
    let top = stage.getBoundingClientRect().top;
    for (let node = stage; node; node = node.parentNode ?? node.host) top += node.scrollTop ?? 0;
    stage.style.setProperty("--top", `${this.data?.folded ? Math.round(top) : 0}px`);
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
    this.find("summary").textContent = words.folded;
    this.player.label(words);
    this.find(".views").hidden = data.hidden.includes("views");
    this.views.offer(words);
    this.rail.mark(this.scale, data);
    this.answer.show(data);
    this.downloads.offer(data, this.page, () => this.level);
  }

  // ---- parts that have come ----

  refresh() {
    this.film = assemble(films.get(this.data.question) ?? new Map());
    markChanges(this.film, this.data);
    this.drawCurve();
    this.curve.drawKey(this.film, this.data);
    this.downloads.take(this.film);
    this.request();
  }

  get level() {
    return this.scale.levelAt(Number(this.slider.value));
  }

  /** Draws before the next frame, once, however many events there were. */
  request() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  draw() {
    const { film, level, data } = this;
    if (!film.face) return;
    const point = film.points.get(level);
    const veiled = this.guess.hides(data, level);
    const attacked = attackedAt(film, level);
    const result = { film, level, point, veiled, attacked };
    const state = this.answer.describe(result);
    this.views.draw(film, attacked, { alt: data.alt, before: this.answer.write(film.before), state });
    this.answer.draw(result, this.guess.shows(data));
    this.guess.draw(film, data, level);
    this.rail.paint(this.scale, film, data, (one) => this.guess.hides(data, one));
    this.drawLevel(state);
    this.drawFolded(point, veiled);
    this.curve.moveMarker(level, point?.probabilities[data.label]);
    this.tag(point);
  }

  /** Says which film is on the screen and how far it has come, for those who measure or test. */
  tag(point) {
    const state = !point ? "face" : this.film.done ? "complete" : "answered";
    Object.assign(this.find(".lab").dataset, { film: this.data.question, state });
  }

  drawLevel(state) {
    const level = this.data.axis.texts[this.level];
    this.find(".level").textContent = level;
    this.find(".limit").textContent = describeLimit(this.data, this.level);
    this.find(".stated").textContent = this.data.stated[this.level] ?? "";
    this.slider.setAttribute("aria-valuetext", `${level}. ${state}`);
  }

  /** Hides what would tell the answer before a guess: the curve until all may be seen. */
  drawFolded(point, veiled) {
    const { data } = this;
    this.find(".folded").hidden = veiled || data.hidden.includes("figures");
    this.find(".answers").hidden = !this.guess.shows(data);
    this.find(".takeaway").hidden = !this.guess.shows(data) || data.hidden.includes("downloads");
    this.answer.drawFigures(point, this.level);
  }

  drawCurve() {
    this.curve.draw(this.film, this.film.first, this.data, this.scale);
  }

  /** Shows what a guess has uncovered, here and in what the server draws below. */
  unveil() {
    this.page.setStateValue("seen", {
      question: this.data.question,
      notches: this.guess.seen(this.data, this.scale.stops),
    });
    this.draw();
    this.slider.focus();
  }

  // ---- moving ----

  step(by) {
    this.slider.value = Number(this.slider.value) + by;
    this.request();
    this.tell();
  }

  pointAt(event) {
    this.slider.value = this.curve.stopUnder(event);
    this.request();
  }

  /** Tells the page where the slider came to rest, for its link and what else depends on it. */
  tell() {
    if (this.level === this.restedAt) return;
    this.restedAt = this.level;
    this.page.setStateValue("level", this.level);
  }
}
