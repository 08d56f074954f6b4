// The model's answer where the slider stands: in a sentence, in bars, and in figures.

class Answer {
  /** @param find Finds an element of the lab. */
  constructor(find) {
    this.find = find;
  }

  show(data) {
    this.data = data;
    this.words = data.words;
  }

  /** Draws the answer, or that it is awaited or to be guessed. */
  draw(result, everything) {
    this.drawVerdict(result);
    this.drawAgain(result, everything);
    const { film, point, veiled } = result;
    const rows = [[this.words.before, film.before], [this.words.after, veiled ? undefined : point?.probabilities]];
    this.find(".bars").replaceChildren(...rows.map(([name, shares]) => this.bar(name, shares)));
  }

  drawVerdict({ film, level, point, veiled, attacked }) {
    const { words, data } = this;
    this.find(".before").replaceChildren(`${words.earlier} `, this.chip(film.before));
    const verdict = this.find(".verdict");
    verdict.classList.toggle("plain", !data.headline);
    delete verdict.dataset.outcome;
    if (veiled) return verdict.replaceChildren(words.guess.veiled);
    if (!point) return verdict.replaceChildren(words.waiting);
    const outcome = outcomeOf(film, level, point.probabilities, data, attacked);
    verdict.dataset.outcome = outcome;
    verdict.replaceChildren(
      icon(words.icons[outcome]), `${words.outcomes[outcome]} `, this.chip(point.probabilities),
    );
  }

  /** Says that a longer step went past what fooled the model, where it did. */
  drawAgain({ film, level, point, attacked }, everything) {
    const { data, words } = this;
    const again = this.find(".again");
    const past = everything && data.oneStep && point && level > film.first;
    const outcome = past ? outcomeOf(film, level, point.probabilities, data, attacked) : undefined;
    again.hidden = outcome !== "held" && outcome !== "unsure";
    const [sentence, offer] = again.children;
    sentence.textContent = words.again[outcome === "unsure" ? "unsure" : "held"]
      .replace("{first}", data.axis.short[film.first ?? 0]).replace("{attack}", data.attack);
    offer.textContent = words.smaller;
    offer.hidden = !data.offersSmallerSteps;
  }

  /** A verdict as icon, word and confidence: never by colour alone. */
  chip(probabilities) {
    const label = predict(probabilities);
    const chip = element("span", `chip class-${label}`);
    chip.append(icon(this.words.classIcons[label]), this.write(probabilities));
    return chip;
  }

  write(probabilities) {
    const label = predict(probabilities);
    return `${this.words.classes[label]} ${percent(probabilities[label], this.data)}`;
  }

  /** The answer in words, for those who hear the page. */
  describe({ film, level, point, veiled, attacked }) {
    if (veiled) return this.words.guess.veiled;
    if (!point) return this.words.waiting;
    const outcome = outcomeOf(film, level, point.probabilities, this.data, attacked);
    return `${this.words.outcomes[outcome]} ${this.write(point.probabilities)}`;
  }

  bar(name, shares) {
    const row = element("div", "bar");
    const track = element("span", "track");
    for (const label of shares ? [1, 0] : []) {
      const part = element("span", `part class-${label}`);
      part.style.width = `${100 * shares[label]}%`;
      if (shares[label] >= 0.2) part.textContent = percent(shares[label], this.data);
      track.append(part);
    }
    row.append(element("span", "name", name), track);
    return row;
  }

  drawFigures(point, level) {
    const boxes = Object.entries(this.words.figures).map(([key, { name, value }]) => {
      const box = element("div");
      const figure = this.writeFigure(point?.figures?.[key], value);
      box.append(element("dt", "", name), element("dd", "", figure));
      return box;
    });
    this.find(".figures").replaceChildren(...boxes);
    this.drawBeyond(point?.figures?.l2, level);
  }

  /** Writes a figure in its unit; one that is not known yet as dots. */
  writeFigure(figure, unit) {
    if (figure === undefined) return "…";
    return figure === null ? "∞" : unit.replace("{number}", writeNumber(figure, this.data));
  }

  /** Rounding to 8 bits may lengthen what an attack in L2 found: then it says how far that is. */
  drawBeyond(reached, level) {
    const { axis } = this.data;
    const beyond = this.find(".beyond");
    beyond.hidden = !(reached > axis.lengths?.[level]);
    beyond.textContent = this.words.beyond
      .replace("{reached}", writeNumber(reached ?? 0, this.data)).replace("{epsilon}", axis.short[level]);
  }
}
