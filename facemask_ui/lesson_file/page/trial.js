// "Try it": a sample or one's own picture, a model, an attack, and the lab's stage.

class Trial {
  constructor(host, bench) {
    Object.assign(this, { host, bench });
    this.picture = { sample: lesson.chapters[0].sample };
    this.model = settings.first;
    this.attack = "fgsm";
    this.guess = false;
  }

  /** Draws the page once, and computes the first film. */
  show() {
    if (this.opened) return;
    this.opened = true;
    const [side, main] = [element("div", "side"), element("div", "main")];
    const gallery = element("div");
    const mine = element("div", "own");
    const stage_ = element("div", "stage-host");
    this.waiting = line(own.judging, "small");
    side.append(gallery, mine);
    main.append(this.controls(), this.waiting, stage_);
    const columns = element("div", "columns trial");
    columns.append(side, main);
    this.host.append(element("h1", "", own.try_heading), columns);
    this.stage = showStage(stage_);
    this.openGallery(gallery);
    new OwnPicture(mine, this.bench, (picture) => this.take(picture));
    this.compute();
  }

  openGallery(host) {
    const root = openRoot(host, data.gallery.markup, data.styles.gallery);
    const setStateValue = (_, sample) => this.take({ sample });
    this.markGallery = (current) => showGallery({ data: { current }, parentElement: root, setStateValue });
    this.markGallery(this.picture.sample);
  }

  controls() {
    const row = element("div", "row controls");
    const modelNames = Object.entries(stage.models).map(([name, { title }]) => [name, title]);
    const attackNames = Object.entries(stage.attacks).map(([name, { title }]) => [name, title]);
    this.attackChoice = select(words["attacks.lab"].title, attackNames, (name) => this.set({ attack: name }));
    row.append(
      select(words["models.choice"].model, modelNames, (name) => this.set({ model: name })), this.attackChoice,
      checkbox(words["lab.page"].guess_first, (guess) => this.set({ guess })),
    );
    return row;
  }

  set(change) {
    Object.assign(this, change);
    this.compute();
  }

  /** Takes another picture: a sample by its name, or one's own. */
  take(picture) {
    this.picture = picture;
    this.markGallery(picture.sample);
    this.compute();
  }

  compute() {
    const mine = (this.attempt = {});
    this.draw(mine).catch((error) => error instanceof CancelledTask || report(error));
  }

  async draw(mine) {
    const { model, attack, guess } = this;
    const { face, label, alt, frame, framed, name, truthKnown } = await this.describe();
    if (this.attempt !== mine) return;
    const question = `${model} ${name} ${attack}`;
    if (this.film?.name !== question) {
      this.film?.stop();
      const film = new Film(this.bench, { name: question, face, label, model, attack });
      await film.begin();
      if (this.attempt !== mine) return;
      this.film = film;
      film.compute().catch((error) => error instanceof CancelledTask || report(error));
    }
    this.waiting.hidden = true;
    const onSmallerSteps = () => {
      this.attackChoice.querySelector("select").value = "pgd";
      this.set({ attack: "pgd" });
    };
    this.stage(this.film, { alt, truthKnown, frame, framed, guess, onSmallerSteps });
  }

  async describe() {
    const { sample, ...mine } = this.picture;
    if (!sample) return { ...mine, truthKnown: mine.label !== null };
    const { alt } = data.gallery.pictures[sample];
    return { name: sample, face: await this.bench.face(sample), label: this.bench.label(sample), alt, truthKnown: true };
  }
}

function select(text, options, onChange) {
  const label = element("label", "choice");
  const node = element("select");
  node.append(...options.map(([value, name]) => Object.assign(element("option", "", name), { value })));
  node.addEventListener("change", () => onChange(node.value));
  label.append(element("span", "", text), node);
  return label;
}

function checkbox(text, onChange) {
  const label = element("label", "check");
  const node = Object.assign(element("input"), { type: "checkbox" });
  node.addEventListener("change", () => onChange(node.checked));
  label.append(node, element("span", "", text));
  return label;
}
