// A pupil's own face: taken, cut out and measured on the device. No message ever holds a picture.
"use strict";

const FRAME = 512; // pixels of the square in which a face is framed

/** The one face of this page; it is forgotten when the page is left. */
const OWN = { picture: undefined, measured: new Map() };

/** A step on one's own face: take it, frame it, measure it. */
class OwnScene {
  constructor(state, room) {
    this.room = room;
    this.step = state.step;
    this.stage = make("div", { class: "own" });
    this.result = make("div", { class: "reveal", "aria-live": "polite" });
    this.life = new AbortController();
    this.video = make("video", { autoplay: true, playsinline: true, "aria-label": say("pupil.own.camera") });
    this.video.muted = true;
    this.camera = new Camera(this.video, () => this.offerTaking(), this.life.signal);
    this.root = make("div", { class: "scene" },
      make("h1", {}, nameQuestion(this.step)), makeWhose(this.step), this.stage, this.result,
      make("p", { class: "private" }, say("pupil.own.private")));
    if (OWN.picture) this.offerMeasuring();
    else this.offerTaking();
    if (!canCompute(this.step)) this.refuse(say("pupil.own.cannot"));
  }

  /** A closed scene stops its camera and its computing. */
  close() {
    this.reading = undefined;
    this.camera.stop();
    this.life.abort();
    this.controller?.abort();
  }

  offerTaking(complaint) {
    const pick = (capture) => make("input", {
      type: "file", accept: "image/*", capture, class: "hidden-file", "data-take": capture ? "camera" : "file",
      onchange: (event) => this.read(event.target.files[0]),
    });
    const label = (input, words, kind) => make("label", { class: `choice ${kind}` }, input, make("span", {}, words));
    this.stage.replaceChildren(
      make("p", { class: "complaint", role: "status" }, complaint ?? ""),
      make("div", { class: "choices" },
        Camera.isAllowed ? make("button", { type: "button", class: "choice main", onclick: () => this.openCamera() }, say("pupil.own.camera"))
          : label(pick("user"), say("pupil.own.camera"), "main"),
        label(pick(), say("pupil.own.file"), "")));
  }

  refuse(sentence) {
    this.stage.replaceChildren(make("p", { class: "complaint", role: "status" }, sentence));
  }

  async openCamera() {
    try {
      if (!(await this.camera.open())) return;
    } catch (error) {
      this.complain(error);
      return;
    }
    this.stage.replaceChildren(this.video, make("button", {
      type: "button", class: "choice main", onclick: () => this.attempt(() => this.camera.take()),
    }, say("pupil.own.take")));
  }

  read(file) {
    if (file) this.attempt(async () => readPhoto(await readBytes(file)));
  }

  /** Frames the photograph that `read` gives, unless another one is chosen or the step left meanwhile. */
  async attempt(read) {
    const mine = (this.reading = Symbol("reading"));
    try {
      const photograph = await read();
      const { data, width, height } = photograph;
      const bitmap = await createImageBitmap(new ImageData(data, width, height));
      if (this.reading === mine) this.frame(photograph, bitmap);
    } catch (error) {
      if (this.reading === mine) this.complain(error);
    }
  }

  /** Says why there is no photograph, and offers to take another. */
  complain(error) {
    if (!(error instanceof UnusablePicture)) console.warn(error);
    this.offerTaking(error instanceof UnusablePicture ? error.explain(WORDS.photo) : say("pupil.own.failed"));
  }

  /** Lets the pupil move and enlarge the photograph until the face fills the square. */
  frame(photograph, bitmap) {
    const canvas = make("canvas", { class: "face frame", width: FRAME, height: FRAME, tabindex: "0", role: "img", "aria-label": say("pupil.own.frame") });
    const fit = FRAME / Math.min(bitmap.width, bitmap.height);
    const view = { scale: fit, x: (FRAME - bitmap.width * fit) / 2, y: (FRAME - bitmap.height * fit) / 2 };
    const draw = () => {
      view.x = Math.min(0, Math.max(FRAME - bitmap.width * view.scale, view.x));
      view.y = Math.min(0, Math.max(FRAME - bitmap.height * view.scale, view.y));
      const context = canvas.getContext("2d");
      context.drawImage(bitmap, view.x, view.y, bitmap.width * view.scale, bitmap.height * view.scale);
    };
    const zoom = make("input", {
      type: "range", min: "1", max: "5", step: "0.05", value: "1", "aria-label": say("pupil.own.zoom"),
      oninput: () => {
        touched = true;
        const scale = fit * Number(zoom.value);
        const centre = FRAME / 2;
        view.x = centre - ((centre - view.x) * scale) / view.scale;
        view.y = centre - ((centre - view.y) * scale) / view.scale;
        view.scale = scale;
        draw();
      },
    });
    let touched = false;
    const shift = (x, y) => {
      touched = true;
      view.x += x;
      view.y += y;
      draw();
    };
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      const factor = FRAME / canvas.clientWidth;
      shift(event.movementX * factor, event.movementY * factor);
    });
    canvas.addEventListener("keydown", (event) => {
      const [x, y] = { ArrowLeft: [16, 0], ArrowRight: [-16, 0], ArrowUp: [0, 16], ArrowDown: [0, -16] }[event.key] ?? [0, 0];
      if (x || y) event.preventDefault();
      shift(x, y);
    });
    draw();
    this.findBox(photograph).then((box) => {
      if (touched || !box) return;
      view.scale = Math.min(Math.max(FRAME / Math.max(box.width, box.height), fit), 5 * fit);
      view.x = FRAME / 2 - (box.left + box.width / 2) * view.scale;
      view.y = FRAME / 2 - (box.top + box.height / 2) * view.scale;
      zoom.value = String(view.scale / fit);
      draw();
      canvas.dataset.found = "yes";
    });
    this.stage.replaceChildren(
      make("p", { class: "caption" }, say("pupil.own.frame")), canvas, zoom,
      make("div", { class: "choices" },
        make("button", { type: "button", class: "choice main", onclick: () => this.keep(photograph, view) }, say("pupil.own.measure")),
        make("button", { type: "button", class: "choice", onclick: () => this.offerTaking() }, say("pupil.own.other"))));
  }

  /** Where the face is, as the finder on this device sees it; undefined where it cannot say. */
  async findBox(photograph) {
    try {
      return await findFace(this.step.data.files, photograph);
    } catch (error) {
      console.warn(error);
      return undefined;
    }
  }

  async keep(photograph, { scale, x, y }) {
    const side = Math.round(FRAME / scale);
    const box = { left: Math.round(-x / scale), top: Math.round(-y / scale), width: side, height: side };
    OWN.measured.clear();
    await this.measure(async (device) => {
      OWN.picture = await device.crop(photograph, box);
    });
  }

  offerMeasuring() {
    this.showFace();
    if (Object.keys(this.room.state?.mine.numbers ?? {}).length === this.step.numbers.length) return;
    this.measure();
  }

  /** The face as the model sees it. */
  showFace(...more) {
    const canvas = make("canvas", { class: "face", width: SIDE, height: SIDE, role: "img", "aria-label": say("pupil.own.yours") });
    const picture = new ImageData(SIDE, SIDE);
    for (let from = 0, to = 0; from < VALUES; from += 3, to += 4) {
      picture.data.set([OWN.picture[from], OWN.picture[from + 1], OWN.picture[from + 2], 255], to);
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
    const other = make("button", { type: "button", class: "choice", onclick: () => this.offerTaking() }, say("pupil.own.other"));
    this.stage.replaceChildren(canvas, ...more, make("div", { class: "choices" }, other));
  }

  /** Measures all numbers of the step on this device, and sends each: a level, or that none was enough. */
  async measure(before = async () => {}) {
    const progress = make("progress", { max: "1", value: "0", "aria-label": say("pupil.own.computing") });
    this.stage.replaceChildren(make("p", {}, say("pupil.own.computing")), progress);
    this.controller = new AbortController();
    const { signal } = this.controller;
    try {
      const device = await loadDevice(this.step.data.files, [...new Set([this.step.model, this.step.data.second])]);
      await before(device);
      for (const [row, name] of this.step.numbers.entries()) {
        const onProgress = ({ done, total }) => { progress.value = (row + done / total) / this.step.numbers.length; };
        const level = await measureLevel(device, this.step, name, { signal, onProgress });
        await this.room.sendNumber(this.step, name, level ?? "none");
      }
      this.showFace();
    } catch (error) {
      if (signal.aborted) return;
      this.refuse(say("pupil.own.failed"));
      console.warn(error);
    }
  }

  update(state) {
    const numbers = state.mine.numbers ?? {};
    const told = this.step.numbers.filter((name) => numbers[name] !== undefined);
    const lines = told.map((name) => this.tell(name, numbers[name]));
    if (state.truth?.numbers && !told.length) {
      lines.push(make("p", { class: "reply" }, say("pupil.own.labs")),
        ...this.step.numbers.map((name) => this.tell(name, state.truth.numbers[name])));
    }
    const key = JSON.stringify([numbers, state.truth]);
    if (key !== this.shown) this.result.replaceChildren(...lines);
    this.shown = key;
  }

  tell(name, level) {
    const words = level === "none" ? say(`numbers.${name}.never`, { most: this.step.data.most }) : say(`numbers.${name}.is`, { level: writeLevel(level) });
    return make("p", { class: "number" }, makeProse(words)[0].childNodes.length ? [...makeProse(words)[0].childNodes] : words);
  }
}

/** The smallest level of a number's kind: what the model says of the face before counts as true. */
async function measureLevel(device, step, name, options) {
  const model = name === "robust" ? step.data.second : step.model;
  const attack = name === "noise" ? "noise" : "fgsm";
  const key = `${model} ${attack}`;
  if (!OWN.measured.has(key)) {
    const { level } = await device.smallest(model, { picture: OWN.picture, attack, largest: step.data.most }, options);
    OWN.measured.set(key, level);
  }
  return OWN.measured.get(key);
}
