// The lesson on the screen: progress, a chapter, a guess before each answer. Guesses live as long as the page.

class Lesson {
  constructor(host, bench) {
    Object.assign(this, { host, bench, guesses: new Map(), number: 1 });
  }

  /** Shows a chapter, from 1; a number that is none shows the first. */
  show(number) {
    this.number = lesson.chapters[number - 1] ? number : 1;
    this.chapter = lesson.chapters[this.number - 1];
    this.draw();
  }

  draw() {
    const { chapter, number } = this;
    const title = this.title(number);
    this.left = element("div", "left");
    this.right = element("div", "right");
    const heading = Object.assign(element("h1", "", title), { tabIndex: -1 });
    const columns = element("div", "columns");
    columns.append(this.left, this.right);
    this.host.replaceChildren(this.navigation(), heading, columns, this.turns(), this.glossary());
    this.left.append(...prose(fill(chapter.words.body, chapter.constants)));
    const questions = chapter.sample ? this.left : this.right;
    if (this.guesses.has(chapter.name)) this.reveal(questions).catch(report);
    else this.ask(questions);
  }

  title(number) {
    return fill(page.jump, { number, title: lesson.chapters[number - 1].words.title });
  }

  navigation() {
    const count = lesson.chapters.length;
    const words_ = fill(page.progress, { number: this.number, count, seen: this.guesses.size });
    const bar = Object.assign(element("progress"), { max: count, value: this.number });
    bar.setAttribute("aria-label", words_);
    const state = element("div", "progress");
    state.append(element("p", "", words_), bar);
    const list = element("ol");
    lesson.chapters.forEach(({ name }, at) => {
      const link = Object.assign(element("a", "", this.title(at + 1)), { href: `#chapter-${at + 1}` });
      link.prepend(icon(this.guesses.has(name) ? "check_circle" : "radio_button_unchecked"));
      if (at + 1 === this.number) link.setAttribute("aria-current", "page");
      const item = element("li");
      item.append(link);
      list.append(item);
    });
    const row = element("div", "navigation");
    row.append(state, fold(page.chapters, list));
    return row;
  }

  turns() {
    const row = element("div", "row turns");
    const go = (number, text) => button(text, () => (location.hash = `#chapter-${number}`));
    const back = go(this.number - 1, page.back);
    back.disabled = this.number === 1;
    row.append(back);
    if (this.number < lesson.chapters.length) row.append(go(this.number + 1, page.next));
    else row.append(this.restart());
    return row;
  }

  restart() {
    return button(page.again, () => {
      this.guesses.clear();
      location.hash = "#chapter-1";
    });
  }

  glossary() {
    const list = element("dl");
    for (const [term, meaning] of lesson.glossary) {
      const meant = element("dd");
      meant.append(...inline(meaning));
      list.append(element("dt", "", term), meant);
    }
    return fold(page.glossary, list);
  }

  /** The questions of the chapter, each with its options. */
  questions() {
    const { words: own_, constants, truths } = this.chapter;
    if (truths) return own_.statements.map((text) => [text, [own_.true, own_.false]]);
    return [[fill(own_.question, constants), own_.options.map((text) => fill(text, constants))]];
  }

  ask(place) {
    const { chapter } = this;
    const groups = this.questions().map(([question, options], row) => choice(`${chapter.name}-${row}`, question, options));
    const show = button(page.reveal, () => {
      this.guesses.set(chapter.name, groups.map(({ chosen }) => chosen()));
      this.draw();
      this.host.querySelector(".answer")?.focus();
    });
    show.className = "primary";
    place.append(...groups.map(({ node }) => node), element("p", "small", page.guess_hint), show);
    if (chapter.sample) this.showFace().catch(report);
  }

  /** Shows the face of the chapter, and the model's verdict on it. */
  async showFace() {
    const { right, chapter } = this;
    const face = await this.bench.face(chapter.sample);
    const said = line(own.judging);
    right.append(drawFace(face, chapter.alt, "face large"), said);
    const { probabilities } = await this.bench.judge(settings.first, face);
    said.replaceWith(line(fill(page.before, { verdict: verdict(probabilities) }), "before"));
  }

  /** Measures the chapter, and shows answer, figure and explanation. */
  async reveal(place) {
    const { chapter, right } = this;
    const kind = CHAPTERS[chapter.name];
    const waiting = line(page.computing, "small");
    right.append(waiting);
    const result = await this.bench.once(`chapter ${chapter.name}`, () => kind.measure(this.bench, chapter));
    if (chapter !== this.chapter || !right.isConnected) return; // the reader has gone on
    waiting.remove();
    place.append(...this.answers(chapter.answers ?? kind.answers(result)));
    const key = kind.explanation?.(result) ?? "shown";
    right.append(...kind.draw(result, chapter));
    right.append(...prose(fill(chapter.words[key], { ...chapter.constants, ...kind.figures(result) })));
    if (result) right.append(line(fill(own.computed, { model: lesson.titles[settings.first] }), "small"));
    right.append(...(kind.drawMore?.(result, chapter) ?? []), this.mathematics(), this.tryIt());
    if (this.number === lesson.chapters.length) right.append(line(page.done));
  }

  answers(right) {
    const guesses = this.guesses.get(this.chapter.name);
    const { words: own_ } = this.chapter;
    const rows = this.questions().flatMap(([question, options], row) => {
      const [guess, answer] = [guesses[row], right[row]];
      const box = element("div", `answer ${guess === undefined ? "" : guess === answer ? "agreed" : "other"}`);
      box.tabIndex = -1;
      const chosen = `**${options[answer]}**`;
      const reply = own_.replies?.[row] ?? (guess === undefined ? "" : own_[guess === answer ? "right" : "wrong"]);
      if (guess === answer) box.append(line(fill(page.agreed, { answer: chosen })));
      else {
        if (guess !== undefined) box.append(line(fill(page.guessed, { guess: options[guess] })));
        box.append(line(fill(page.answer, { answer: chosen })));
      }
      if (reply) box.append(line(fill(reply, this.chapter.constants)));
      return [line(`**${question}**`, "question"), box];
    });
    if (guesses.every((guess) => guess === undefined)) rows.push(line(page.unguessed, "small"));
    return rows;
  }

  mathematics() {
    const { words: own_, constants, formula } = this.chapter;
    const shown = element("div", "formula");
    shown.innerHTML = formula; // written when the file was made
    return fold(page.maths, ...prose(fill(own_.maths_before, constants)), shown, ...prose(fill(own_.maths_after, constants)));
  }

  tryIt() {
    const link = element("p");
    link.append(Object.assign(element("a", "", own.try_it), { href: "#try" }));
    return link;
  }
}

/** A question with its options as radio buttons. */
function choice(name, question, options) {
  const node = element("fieldset");
  node.append(element("legend", "", question));
  const radios = options.map((text) => {
    const label = element("label");
    const radio = Object.assign(element("input"), { type: "radio", name });
    label.append(radio, element("span", "", text));
    node.append(label);
    return radio;
  });
  const chosen = () => {
    const at = radios.findIndex((radio) => radio.checked);
    return at < 0 ? undefined : at;
  };
  return { node, radios, chosen };
}
