// What a visitor takes home: a card, the attacked picture, settings and results, the film as a GIF.

class Downloads {
  /** @param row Where the buttons stand. */
  constructor(row) {
    this.row = row;
  }

  /** Draws the buttons; `level` tells where the slider stands when one is pressed. */
  offer(data, page, level) {
    Object.assign(this, { data, page, level });
    const { words } = data;
    const waiting = this.waitingFor === this.wanted();
    const buttons = [
      button(words.save.card, () => this.saveCard()),
      button(words.save.picture, () => this.savePicture()),
      button(words.save.record, () => this.saveRecord()),
    ];
    if (data.animated) {
      const label = waiting ? words.save.making : words.save.animation;
      buttons.push(button(label, () => waiting || this.saveAnimation()));
      buttons.at(-1).setAttribute("aria-disabled", waiting); // it keeps the keyboard's place
    }
    replace(this.row, buttons);
  }

  /** Takes what has come of the film; saves it as a GIF if that is what the visitor waits for. */
  take(film) {
    this.film = film;
    if (this.waitingFor === this.wanted() && this.animation()) this.saveAnimation();
  }

  /** Saves the attacked picture, with a note by which the lab knows it again and does not crop it. */
  async savePicture() {
    const attacked = attackedAt(this.film, this.level());
    if (!attacked) return;
    const { keyword, fields, key, values } = this.data.note;
    const name = `${this.name()}.png`;
    save(await encodePng(attacked, keyword, { ...fields, [key]: values[this.level()] }), name);
  }

  saveCard() {
    const level = this.level();
    const attacked = attackedAt(this.film, level);
    if (!attacked) return;
    const card = drawCard(this.film, level, attacked, this.data);
    card.toBlob((blob) => save(blob, `${this.name()}-card.png`));
  }

  /** The server makes the film once it is wanted; it comes as one more part. */
  saveAnimation() {
    const animation = this.animation();
    this.waitingFor = animation ? undefined : this.wanted();
    this.offer(this.data, this.page, this.level);
    if (animation) save(new Blob([animation], { type: "image/gif" }), `${this.data.file}.gif`);
    else this.page.setTriggerValue("animate", true);
  }

  saveRecord() {
    const { film, data } = this;
    const points = sortPoints(film).map(([at, { probabilities, figures }]) => ({
      [data.axis.key]: data.axis.values[at], probabilities, ...figures,
    }));
    const level = this.level();
    const here = { [data.axis.key]: data.axis.values[level], threat_model: data.threatModels[level] };
    const record = { ...data.record, ...here, before: film.before, points };
    const json = JSON.stringify(record, null, 1);
    save(new Blob([json], { type: "application/json" }), `${this.name()}.json`);
  }

  /** The film as a GIF, if it has come; its captions hang on the language, too. */
  animation() {
    return this.film.animations.get(this.data.captions);
  }

  /** Stands for one GIF: that of this film, with these captions. */
  wanted() {
    return `${this.data.question} ${this.data.captions}`;
  }

  name() {
    return `${this.data.file}-${this.data.axis.values[this.level()]}`;
  }
}

function save(blob, name) {
  const link = element("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
