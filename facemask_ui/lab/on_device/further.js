// What a visitor may ask beside the stage: the smallest epsilon, and whether the robust twin falls too.

class Further {
  /**
   * @param find Finds an element of the component.
   * @param ask Tells what the stage shows now: `device`, `film`, `level`, `stage`, `task`, `words`, `titles`.
   */
  constructor(find, ask) {
    Object.assign(this, { find, ask });
    find(".smallest").onclick = () => this.answer((at) => this.findSmallest(at));
    find(".transfer").onclick = () => this.answer((at) => this.tryTwin(at));
  }

  /** Draws the buttons that make sense. */
  offer({ settings, twin }, words) {
    this.find(".smallest").textContent = words.smallest;
    this.find(".smallest").hidden = (settings.norm ?? "linf") !== "linf";
    this.find(".transfer").textContent = words.transfer;
    this.find(".transfer").hidden = twin === undefined;
    this.forget();
  }

  forget() {
    this.stop?.abort();
    this.find(".result").textContent = "";
  }

  async answer(act) {
    this.forget();
    const stop = (this.stop = new AbortController());
    const at = this.ask();
    const result = this.find(".result");
    result.textContent = at.words.asking;
    try {
      const text = await act({ ...at, signal: stop.signal });
      if (!stop.signal.aborted) result.textContent = text;
    } catch (error) {
      if (!(error instanceof CancelledTask)) result.textContent = error.message;
    }
  }

  async findSmallest({ device, task, stage, words, titles, signal }) {
    const { model, face, attack, settings, label, seed } = task;
    const asked = { picture: face, attack, settings, label, seed };
    const { level } = await device.smallest(model, asked, { signal });
    const key = level === null ? "none" : level === 0 ? "zero" : "found";
    const { most, short } = stage.axis;
    return words.smallests[key]
      .replace("{model}", titles[model]).replace("{attack}", stage.attack)
      .replace("{epsilon}", short[level ?? most]);
  }

  async tryTwin({ device, film, level, task, stage, words, titles, signal }) {
    const attacked = attackedAt(film, level);
    if (!attacked) return words.asking;
    const answers = await device.answer(task.twin, [task.face, attacked], { signal });
    const [before, after] = answers.map(({ probabilities }) => {
      const label = predict(probabilities);
      return `${stage.words.classes[label]} ${percent(probabilities[label], stage)}`;
    });
    return words.transferred
      .replace("{model}", titles[task.model]).replace("{twin}", titles[task.twin])
      .replace("{epsilon}", stage.axis.short[level]).replace("{before}", before).replace("{after}", after);
  }
}
