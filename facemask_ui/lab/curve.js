// Confidence along the axis: lines over the notches, and a marker where the slider stands.

const HEIGHT = 230;
const LEFT = 58;
const MARGIN = 14;
const TOP = 12;
const BOTTOM = 190;
const up = (share) => BOTTOM - share * (BOTTOM - TOP);

class Curve {
  /**
   * @param svg What the lines are drawn in.
   * @param key The list that says which line is which.
   */
  constructor(svg, key) {
    this.svg = svg;
    this.key = key;
  }

  /** Draws a film's lines; `first` is the first notch that fools the model, if one does. */
  draw(film, first, data, scale) {
    this.scale = scale;
    const width = this.svg.clientWidth || 640; // in the screen's own pixels, so that text keeps its size
    this.right = width - MARGIN;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const shapes = [...this.drawFrame(data), ...this.drawLines(film, data.label)];
    if (first !== undefined) {
      const x = this.across(first);
      shapes.push(shape("line", { x1: x, x2: x, y1: up(0), y2: up(1), class: "fallen" }));
    }
    shapes.push(shape("line", { y1: up(0), y2: up(1), class: "marker" }));
    shapes.push(shape("circle", { r: 7, class: "marker" }));
    this.svg.replaceChildren(...shapes);
    this.svg.setAttribute("aria-label", this.describe(film, first, data));
  }

  drawFrame(data) {
    const { axis } = data;
    const shapes = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      shape("line", { x1: LEFT, x2: this.right, y1: up(share), y2: up(share), class: share === 0.5 ? "half" : "grid" }),
      writeLabel(LEFT - 8, up(share) + 5, writePercentage(100 * share, data), "end"),
    ]);
    for (const level of axis.marks) {
      shapes.push(writeLabel(this.across(level), BOTTOM + 22, writeNumber(axis.values[level], data), "middle"));
    }
    return shapes;
  }

  drawLines(film, label) {
    const lines = Object.entries(film.lines).map(([name, values]) =>
      shape("polyline", { points: this.path(values), class: `line ${name}` }));
    return [...lines, shape("polyline", { points: this.path(confidence(film, label)), class: "line own" })];
  }

  describe(film, first, { words, axis }) {
    if (film.wrong) return `${words.curve}. ${words.wrong}`;
    if (first === undefined) return `${words.curve}. ${words.never}`;
    return `${words.curve}. ${words.from.replace("{notch}", axis.short[first])}`;
  }

  across(level) {
    return LEFT + (this.right - LEFT) * this.scale.place(level);
  }

  path(values) {
    return values.map(([level, share]) => `${this.across(level)},${up(share)}`).join(" ");
  }

  /** Puts the marker at a notch; `share` is the confidence there, undefined while it is unknown. */
  moveMarker(level, share) {
    const x = this.across(level);
    const line = this.svg.querySelector("line.marker");
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    const dot = this.svg.querySelector("circle.marker");
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", up(share ?? 0));
    dot.style.display = share === undefined ? "none" : "";
  }

  drawKey(film, { words, label, attack }) {
    const course = words.course
      .replace("{class}", words.classes[label].toLowerCase()).replace("{attack}", attack);
    const items = [["own", course]];
    for (const name of Object.keys(film.lines)) items.push([name, words.lines[name]]);
    if (!film.done) items.push(["", words.filling]);
    this.key.replaceChildren(
      ...items.map(([name, meaning]) => {
        const item = element("li");
        item.append(element("span", `sample ${name}`), meaning);
        return item;
      }),
    );
  }

  /** The number of the slider's stop that a pointer is at. */
  stopUnder(event) {
    const box = this.svg.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (this.right - LEFT);
    return Math.round(share * this.scale.last);
  }
}
