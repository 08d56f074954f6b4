// Guess first: the visitor says what the model will answer before the lab shows it.
//
// A guess is about one notch. At another one the answer is hidden again, until the visitor guesses
// there or asks to see all. Without any change there is nothing to guess.

class Guess {
  /**
   * @param box Where the question stands.
   * @param onGuess Called once the visitor has guessed.
   */
  constructor(box, onGuess) {
    this.box = box;
    this.onGuess = onGuess;
    this.guesses = new Map();
    this.open = new Set();
  }

  /** Whether the answer at a notch is still hidden. */
  hides(data, level) {
    return !this.shows(data) && level > 0 && !this.guesses.has(place(data, level));
  }

  /** Whether every answer to the question may be seen. */
  shows(data) {
    return !data.guess || this.open.has(data.question);
  }

  /** What may be seen of a question, for the server: a list of notches, or null for all. */
  seen(data, levels) {
    return this.shows(data) ? null : levels.filter((level) => !this.hides(data, level));
  }

  /** Draws the question at a notch, or whether the guess there was right. */
  draw(film, data, level) {
    this.box.hidden = this.shows(data);
    if (this.box.hidden) return (this.drawn = undefined);
    const guess = this.guesses.get(place(data, level));
    const known = film.points.has(level);
    const drawn = `${place(data, level)} ${guess} ${known} ${data.language}`;
    if (drawn === this.drawn) return; // a button stays while parts are coming
    this.drawn = drawn;
    if (level === 0) this.write(data.words.guess.start, []);
    else if (guess === undefined) this.ask(data, level);
    else this.judge(film.points.get(level), data, guess);
  }

  ask(data, level) {
    const { words } = data;
    const guess = (fooled) => () => {
      this.guesses.set(place(data, level), fooled);
      this.onGuess();
    };
    const question = words.ask.question.replace("{class}", words.classes[data.label].toLowerCase());
    this.write(question, [
      button(words.ask.held, guess(false)),
      button(words.ask.fooled, guess(true)),
      this.revealButton(data, words.guess.nothing),
    ]);
  }

  judge(point, data, guess) {
    const { words } = data;
    if (!point) return this.write(words.waiting, []);
    const { probabilities } = point;
    const fooled = predict(probabilities) !== data.label && !isUnsure(probabilities, data.unsureBelow);
    const verdict = fooled === guess ? words.guess.right : words.guess.wrong;
    this.write(`${verdict} ${words.guess.on}`, [this.revealButton(data, words.guess.all)]);
  }

  revealButton(data, text) {
    return button(text, () => {
      this.open.add(data.question);
      this.onGuess();
    });
  }

  write(text, buttons) {
    const [sentence, row] = this.box.children;
    sentence.textContent = text;
    replace(row, buttons);
  }
}

/** Stands for one notch of one question. */
function place(data, level) {
  return `${data.question} ${level}`;
}
