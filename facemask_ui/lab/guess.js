// Guess first: the visitor says what the model will answer before the lab shows it.

class Guess {
  /**
   * @param box Where the question stands.
   * @param onGuess Called once the visitor has guessed.
   */
  constructor(box, onGuess) {
    this.box = box;
    this.onGuess = onGuess;
    this.guesses = new Map();
  }

  /** Whether the answer to a question is still hidden. */
  hides(data) {
    return data.guess && !this.guesses.has(data.question);
  }

  /** Draws the question, or whether the guess was right; `level` tells where the slider stands. */
  draw(film, data, level) {
    this.box.hidden = !data.guess;
    if (!data.guess) return;
    const guess = this.guesses.get(data.question);
    if (guess === undefined) return this.ask(film, data, level);
    this.asking = undefined;
    const [sentence, row] = this.box.children;
    row.replaceChildren();
    const point = film.points.get(guess.level);
    if (guess.fooled === null || !point) return (this.box.hidden = true);
    const { probabilities } = point;
    const fooled = predict(probabilities) !== data.label && !isUnsure(probabilities, data.unsureBelow);
    sentence.textContent = fooled === guess.fooled ? data.words.guessedRight : data.words.guessedWrong;
  }

  ask(film, data, level) {
    if (data.question === this.asking) return; // a button stays while parts are coming
    this.asking = data.question;
    const { words } = data;
    const [sentence, row] = this.box.children;
    sentence.textContent = words.guess.replace("{class}", words.classes[data.label].toLowerCase());
    const choose = (fooled) => () => {
      this.guesses.set(data.question, { fooled, level: level() });
      this.onGuess();
    };
    row.replaceChildren(
      button(words.guessHeld, choose(false)),
      button(words.guessFooled, choose(true)),
      button(words.guessNothing, choose(null)),
    );
  }
}
