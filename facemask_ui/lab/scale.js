// Where the notches lie along the slider: it stops at some of them only, close together where
// verdicts change and far apart where they do not.

class Scale {
  /**
   * @param stops The notches where the slider stops, in their order.
   * @param level One more of them: where a link puts the slider.
   */
  constructor(stops, level) {
    this.stops = [...new Set([...stops, level])].sort((a, b) => a - b);
    this.last = this.stops.length - 1;
  }

  /** The notch at the slider's stop of that number. */
  levelAt(stop) {
    return this.stops[stop];
  }

  /** The number of the slider's stop that is nearest to a notch. */
  stopNear(level) {
    const away = (stop) => Math.abs(this.stops[stop] - level);
    return this.stops.reduce((best, _, stop) => (away(stop) < away(best) ? stop : best), 0);
  }

  /** The place of any notch along the slider, as a share from 0 to 1. */
  place(level) {
    if (this.last === 0) return 0;
    const after = Math.max(1, this.stops.findIndex((stop) => stop >= level));
    const [low, high] = [this.stops[after - 1], this.stops[after]];
    return (after - 1 + (level - low) / (high - low)) / this.last;
  }
}
