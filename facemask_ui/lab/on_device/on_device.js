// The visitor's own picture, from the file to the stage, all of it in this page.
//
// The server says what to compute (model, attack, texts); nothing of the picture, of its owner's answer
// or of the results goes back. What is kept is kept in this tab's memory.

/** Of the picture: `photo`, `faces`, `region`, `box`, `face` and its `number`, `truth`, `since`. */
const mine = (globalThis[Symbol.for("facemask-lab.mine")] ??= { number: 0 });

const UNHEARD = { setStateValue() {}, setTriggerValue() {} };

class OwnFace {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.lab = new Lab(this.find(".place"));
    this.crop = new CropBox(this.find(".by-hand"));
    this.life = new AbortController();
    this.camera = new Camera(this.find("video"), () => this.showState(), this.life.signal);
    this.further = new Further(this.find, () => this.standing());
    this.listen();
  }

  listen() {
    const { signal } = this.life;
    const on = (target, kind, act) => target.addEventListener(kind, act, { signal });
    const files = [this.find(".file"), this.find(".app")];
    for (const input of files) {
      on(input, "change", () => input.files[0] && this.read(input.files[0]).then(() => (input.value = "")));
    }
    on(this.find(".pick"), "click", () => files[0].click());
    on(this.find(".shoot"), "click", () => (Camera.isAllowed ? this.openCamera() : files[1].click()));
    on(this.find(".take"), "click", () => this.take());
    on(this.find(".stop"), "click", () => this.camera.stop());
    on(this.find(".other"), "click", () => files[0].click());
    on(this.find(".forget"), "click", () => this.forget());
    on(this.find(".cut"), "click", () => this.openFraming(this.find(".framing").hidden));
    on(document, "paste", (event) => this.receive(event, event.clipboardData));
    for (const kind of ["dragover", "dragleave", "drop"]) {
      on(this.find(".own"), kind, (event) => this.drag(event));
    }
    on(globalThis, "facemask-wire", () => this.drawSent());
  }

  close() {
    this.life.abort();
    this.reading = undefined;
    this.stop?.abort();
    this.camera.stop();
    this.lab.close();
    delete this.root.own;
  }

  show(data) {
    this.data = data;
    this.words = data.words.own;
    this.label();
    this.open().then(() => this.ask(), (error) => this.fail(error));
  }

  /** Loads what is not loaded yet, once for all pages of the tab. */
  async open() {
    const { files, models } = this.data;
    const device = await loadOnce("engine", () => startEngine(files));
    await Promise.all([
      loadOnce("finder", () => addFinder(device, files)),
      ...models.map((model) => loadOnce(model, () => addModel(device, files, model))),
    ]);
    this.device = device;
    this.showState();
  }

  // ---- texts and states ----

  label() {
    const { words, data } = this;
    const way = Camera.isAllowed ? "camera" : "app";
    const texts = {
      ".loading": words.loading, ".invite": words.invite, ".pick": words.pick,
      ".shoot": words.shoot[way], ".way": words.way[way], ".take": words.take, ".stop": words.stop,
      ".cut": words.cut, ".other": words.other, ".forget": words.forget,
    };
    for (const [selector, text] of Object.entries(texts)) this.find(selector).textContent = text;
    this.find(".truth").setAttribute("aria-label", data.words.truth.question);
    this.find(".regions").setAttribute("aria-label", data.words.crop.label);
    this.drawTruth();
    this.drawSent();
  }

  showState() {
    const filming = this.camera.stream !== undefined;
    const ready = this.device !== undefined;
    const state = !ready ? "loading" : filming ? "filming" : mine.photo ? "mine" : "choose";
    this.find(".own").dataset.state = state;
    this.find(".loading").hidden = ready;
    for (const name of ["choose", "mine"]) this.find(`.${name}`).hidden = state !== name;
    this.find(".viewfinder").hidden = !filming;
    if (state !== "mine") this.find(".place").hidden = true;
    this.drawSent();
  }

  complain(sentence = "") {
    const trouble = this.find(".trouble");
    trouble.hidden = !sentence;
    trouble.textContent = sentence;
  }

  /** Says that this device cannot compute it. */
  fail(error) {
    console.warn(error); // the page says what to do; a developer wants to know why
    this.find(".loading").hidden = true;
    this.complain(this.words.troubles[error instanceof OldBrowser ? "old" : "engine"]);
  }

  /** Draws buttons of which one is pressed. */
  drawChoice(row, options, chosen, choose) {
    const buttons = options.map(([value, text]) => {
      const one = button(text, () => choose(value));
      one.setAttribute("aria-pressed", String(value === chosen));
      return one;
    });
    return { row, buttons };
  }

  drawTruth() {
    const { question, yes, no, unsaid } = this.data.words.truth;
    const options = [[1, yes], [0, no], [null, unsaid]];
    const { row, buttons } = this.drawChoice(this.find(".truth"), options, mine.truth ?? null, (truth) => {
      mine.truth = truth;
      this.drawTruth();
      this.ask();
    });
    replace(row, [element("span", "", question), ...buttons]);
  }

  /** Says where it was computed, and what this page has sent since the picture was chosen. */
  drawSent() {
    const line = this.find(".sent");
    if (!mine.photo) return line.replaceChildren();
    const { requests, messages, bytes } = countSince(mine.since);
    const nothing = requests + messages === 0;
    const write = (number) => writeNumber(number, this.data.stage);
    const text = this.words.sent[nothing ? "nothing" : "little"]
      .replace("{requests}", write(requests)).replace("{messages}", write(messages))
      .replace("{bytes}", write(bytes)).replace("{picture}", write(mine.photo.bytes ?? (3 * mine.photo.data.length) / 4));
    return line.replaceChildren(icon("lock"), text);
  }

  // ---- a picture comes ----

  drag(event) {
    event.preventDefault();
    this.find(".own").classList.toggle("over", event.type === "dragover");
    if (event.type === "drop") this.receive(event, event.dataTransfer);
  }

  receive(event, { files }) {
    const writing = event.composedPath()[0].closest?.("input, textarea") && event.type === "paste";
    if (!files.length || writing || !this.device) return;
    event.preventDefault();
    this.read(files[0]);
  }

  /** Does what may find that a picture cannot be used, and says so. */
  async attempt(act) {
    this.complain();
    try {
      await act();
    } catch (error) {
      if (error instanceof CancelledTask) return;
      if (error instanceof UnusablePicture) this.complain(error.explain(this.data.words.photo));
      else this.fail(error);
    }
  }

  openCamera() {
    return this.attempt(async () => {
      if (await this.camera.open()) this.showState();
    });
  }

  take() {
    this.reading = undefined; // a file that is still being read comes too late
    return this.attempt(() => this.use(this.camera.take()));
  }

  /** Reads a file; one that is chosen meanwhile overtakes it. */
  read(file) {
    const mine = (this.reading = Symbol("reading"));
    const check = () => {
      if (this.reading !== mine) throw new CancelledTask();
    };
    return this.attempt(async () => {
      const photo = await readNoted(file, this.data.stage.note.keyword).finally(check);
      await this.use(photo);
    });
  }

  async use(photo) {
    const since = { ...wire };
    const turn = this.takeTurn();
    const faces = photo.note ? [] : await this.device.findFaces(photo);
    this.checkTurn(turn);
    const truth = { without_mask: 0, with_mask: 1 }[photo.note?.true_class] ?? null;
    const largest = faces.find((face) => face.largest) ?? faces[0];
    const region = photo.note ? "whole" : largest ? String(faces.indexOf(largest) + 1) : "by_hand";
    Object.assign(mine, { photo, faces, region, truth, since, box: undefined, touched: false });
    this.forgetSquare();
    this.drawTruth();
    this.openFraming(region === "by_hand" || faces.length > 1);
    this.showState();
    await this.cut();
  }

  takeTurn() {
    this.turn = Symbol("turn");
    return this.turn;
  }

  /** Ends what another picture, or another part of one, has overtaken. */
  checkTurn(turn) {
    if (turn !== this.turn) throw new CancelledTask();
  }

  forget() {
    this.reading = undefined;
    this.takeTurn();
    this.begin();
    for (const name of [...films.keys()].filter((key) => key.startsWith("own "))) films.delete(name);
    for (const key of ["photo", "faces", "region", "truth", "since", "face", "box"]) delete mine[key];
    this.complain();
    this.showState();
  }

  // ---- which part of it ----

  openFraming(open) {
    this.find(".framing").hidden = !open;
    this.find(".cut").setAttribute("aria-expanded", String(open));
    if (open) this.drawRegions();
  }

  drawRegions() {
    const words = this.data.words.crop;
    const options = mine.faces.map((_, place) => [String(place + 1), words.face.replace("{number}", place + 1)]);
    options.push(["whole", words.whole], ["by_hand", words.by_hand]);
    const { row, buttons } = this.drawChoice(this.find(".regions"), options, mine.region, (region) => {
      mine.region = region;
      mine.touched = true;
      if (region !== "by_hand") this.forgetSquare();
      this.drawRegions();
      this.attempt(() => this.cut());
    });
    replace(row, buttons);
    this.find(".by-hand").hidden = mine.region !== "by_hand";
    if (mine.region === "by_hand") this.drawSquare();
  }

  /** Lets the square begin anew, at the part that is in use then. */
  forgetSquare() {
    this.crop.data = this.square = undefined;
  }

  drawSquare() {
    const { crop: words } = this.data.words;
    const start = this.crop.data?.start ?? squareOf(mine.box, mine.photo);
    const { width, height } = mine.photo;
    const alt = words.square_alt.replace("{picture}", this.data.stage.alt);
    const reset = mine.faces.length ? words.to_face : words.to_middle;
    const sides = { size: words.size, left: words.left, top: words.top };
    const picture = this.crop.data?.picture ?? addressOf(mine.photo);
    const data = { picture, alt, width, height, least: LEAST_SIDE, box: start, start, reset, sides };
    this.crop.show(data, (_, box) => {
      mine.touched = true;
      this.square = box;
      this.attempt(() => this.cut());
    });
  }

  /** The box of the chosen part; undefined for the whole picture. */
  boxOf(region) {
    if (region === "whole") return undefined;
    if (region !== "by_hand") return mine.faces[Number(region) - 1];
    const [left, top, size] = this.square ?? squareOf(mine.box, mine.photo);
    return { left, top, width: size, height: size };
  }

  async cut() {
    const box = this.boxOf(mine.region);
    const turn = this.takeTurn();
    const face = await this.device.crop(mine.photo, box);
    this.checkTurn(turn);
    Object.assign(mine, { face, box, number: mine.number + 1 });
    const framed = this.isFramed();
    this.find(".faceless").hidden = framed;
    this.find(".faceless").textContent = this.words.faceless;
    await this.ask();
  }

  /** Whether the part in use is a face: one that was found, or that someone framed. */
  isFramed() {
    return mine.photo.note !== undefined || mine.faces.length > 0 || mine.touched;
  }

  // ---- the question, and its film ----

  ask() {
    return mine.face && this.device ? this.attempt(() => this.answer()) : undefined;
  }

  async answer() {
    const [model, twin] = this.data.models;
    const { name: attack, settings, seed } = this.data.attack;
    const before = await this.judge(model);
    const known = this.isFramed() && (mine.truth ?? null) !== null;
    const label = known ? mine.truth : predict(before);
    const { stops } = this.data.stage.axis;
    this.task = { model, twin, face: mine.face, before, label, attack, settings, seed, stops };
    const film = `own ${mine.number} ${JSON.stringify([model, label, this.data.attack])}`;
    this.drawStage(film, known);
    this.further.offer(this.task, this.words);
    if (film === this.underWay || assemble(films.get(film) ?? new Map()).done) return;
    const stop = this.begin(film);
    films.delete(film);
    await computeFilm(this.device, film, this.task, stop.signal);
    if (this.stop === stop) this.underWay = undefined;
  }

  /** The model's answer to the face before any attack. */
  async judge(model) {
    const key = `${mine.number} ${model}`;
    if (this.judged?.key !== key) {
      const { signal } = this.begin();
      const [{ probabilities }] = await this.device.answer(model, [mine.face], { signal });
      if (signal.aborted) throw new CancelledTask(); // another face has come meanwhile
      this.judged = { key, probabilities };
    }
    return this.judged.probabilities;
  }

  /** Stops what is under way for another question. */
  begin(film) {
    this.stop?.abort();
    this.underWay = film;
    this.stop = new AbortController();
    return this.stop;
  }

  drawStage(film, known) {
    const { stage, words } = this.data;
    const { axis } = this.lab.data ?? {};
    if (axis && axis.key !== stage.axis.key) this.lab.data = undefined; // another norm, another place
    this.find(".place").hidden = false;
    this.stage = describeStage(stage, this.task, { film, known, framed: this.isFramed() });
    this.stage.words = known ? words.known : words.unknown;
    this.lab.show(this.stage, { ...UNHEARD, setStateValue: () => this.drawFurther() });
    this.drawFurther();
  }

  /** Hides what would tell an answer before the guess. */
  drawFurther() {
    this.find(".further").hidden = !this.data.lookFurther || !this.lab.guess.shows(this.stage);
    this.further.forget();
  }

  standing() {
    const { device, task, stage, words } = this;
    return { device, task, stage, words, titles: this.data.titles, film: this.lab.film, level: this.lab.level };
  }
}

/** What the stage shows: the server's description, and what hangs on the face and its owner's answer. */
function describeStage(stage, { label }, { film, known, framed }) {
  const cut = mine.region === "whole" ? "whole" : mine.region === "by_hand" ? "by hand" : "face";
  const classes = ["without_mask", "with_mask"];
  const box = mine.box && [mine.box.left, mine.box.top, mine.box.width, mine.box.height];
  const fields = {
    ...stage.note.fields, frame: cut, ...(box && { box }), ...(known && { true_class: classes[label] }),
  };
  const record = {
    ...stage.record, true_class: known ? classes[label] : null, attacked_class: classes[label], face_framed: framed,
    computed_on: "device",
  };
  return {
    ...stage, question: film, label, truthKnown: known, headline: framed, record, note: { ...stage.note, fields },
  };
}

/** The square around a box inside a photograph; the largest in the middle where there is none. */
function squareOf(box, { width, height }) {
  const size = Math.min(box ? Math.max(box.width, box.height) : Infinity, width, height);
  const x = box ? box.left + box.width / 2 : width / 2;
  const y = box ? box.top + box.height / 2 : height / 2;
  return [within(Math.round(x - size / 2), 0, width - size), within(Math.round(y - size / 2), 0, height - size), size];
}
