// The slider's rail: which class the model says at each stop, and what is written below.

const TICK_GAP = 2; // free pixels between two numbers below the rail

class Rail {
  /**
   * @param strip The band along which the classes are painted.
   * @param ticks What is written below it.
   * @param flag The words that name the first notch that fools the model.
   */
  constructor(strip, ticks, flag) {
    Object.assign(this, { strip, ticks, flag });
    new ResizeObserver(() => this.thin()).observe(ticks);
  }

  /** Writes some notches below the rail. */
  mark(scale, data) {
    const { marks, values } = data.axis;
    const ticks = marks.map((level) => {
      const tick = element("span", "", writeNumber(values[level], data));
      tick.style.setProperty("--at", scale.place(level));
      return tick;
    });
    this.ticks.replaceChildren(...ticks);
    this.thin();
  }

  /** Hides every number that would lie over the one before it, as on a phone. */
  thin() {
    let end = -Infinity;
    for (const tick of this.ticks.children) {
      const box = tick.getBoundingClientRect();
      const fits = box.left >= end;
      tick.style.visibility = fits ? "" : "hidden";
      if (fits) end = box.right + TICK_GAP;
    }
  }

  /** Paints the verdicts that may be seen; an unsure or unknown one has no colour. */
  paint(scale, film, data, hides) {
    const names = scale.stops.map((level) => {
      const shares = hides(level) ? undefined : film.points.get(level)?.probabilities;
      const sure = shares && !isUnsure(shares, data.unsureBelow);
      return sure ? `class-${predict(shares)}` : "";
    });
    if (names.join() !== this.names) {
      this.names = names.join(); // a drag changes none
      this.strip.replaceChildren(...names.map((name) => element("span", name)));
    }
    this.flag.hidden = film.first === undefined || hides(film.first);
    if (this.flag.hidden) return;
    this.flag.textContent = data.words.flag.replace("{notch}", data.axis.short[film.first]);
  }
}
