// The lesson's figures: bars of probabilities, curves, marks along a line, pixels with their values.

/** One bar a verdict, split between the two classes; `rows` are pairs of a name and probabilities. */
function drawProbabilities(title, rows) {
  const figure = element("figure", "probabilities");
  const said = rows.map(([name, shares]) => `${name}: ${data.classes[predict(shares)]} ${share(confidenceIn(shares))}`);
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", `${title}. ${said.join("; ")}`);
  for (const [name, shares] of rows) {
    const track = element("span", "track");
    for (const label of [1, 0]) {
      const part = element("span", `part class-${label}`);
      part.style.width = `${100 * shares[label]}%`;
      if (shares[label] >= 0.2) part.textContent = share(shares[label]);
      track.append(part);
    }
    figure.append(element("span", "of", name), track);
  }
  const key = element("p", "key");
  key.append(...[1, 0].map((label) => chipOf(label, data.classes[label])));
  figure.append(key);
  return figure;
}

/** A drawing that is made anew for each width, so that its text keeps its size. */
function drawing(alt, height, draw) {
  const svg = shape("svg", { role: "img", "aria-label": alt, class: "chart", height });
  const frame = element("div", "frame");
  frame.append(svg);
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.max(contentRect.width, 240);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", width);
    svg.replaceChildren(...draw(width));
  }).observe(frame);
  return frame;
}

/** A text of a drawing, of a class. */
function note(x, y, text, anchor, className = "") {
  const node = writeLabel(x, y, text, anchor);
  node.setAttribute("class", className);
  return node;
}

const CURVES = { left: 62, right: 12, top: 10, bottom: 60, height: 330 };

/**
 * Probabilities along whole numbers from 0, with the half below which a model is fooled.
 *
 * @param lines One or two, each `{ name, values }`.
 */
function drawCurves(lines, { axis, value, half, alt }) {
  const { left, right, top, bottom, height } = CURVES;
  const most = Math.max(...lines.map(({ values }) => values.length)) - 1;
  const up = (probability) => height - bottom - probability * (height - bottom - top);
  const chart = drawing(alt, height, (width) => {
    const across = (place) => left + (place / most) * (width - left - right);
    const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((at) => [
      shape("line", { x1: left, x2: width - right, y1: up(at), y2: up(at), class: at === 0.5 ? "half" : "grid" }),
      note(left - 8, up(at) + 5, writePercentage(100 * at, written), "end"),
    ]);
    const step = [1, 2, 4, 5, 8, 10].find((by) => most / by <= 8);
    const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, tick) => tick * step);
    const marks = ticks.map((at) => note(across(at), height - bottom + 20, figure(at), "middle"));
    const curves = lines.flatMap(({ values }, row) => [
      shape("polyline", {
        points: values.map((probability, at) => `${across(at)},${up(probability)}`).join(" "), class: `curve-${row}`,
      }),
      ...values.map((probability, at) => dot(row, across(at), up(probability))),
    ]);
    const texts = [
      note((left + width - right) / 2, height - 14, axis, "middle"),
      note(width - right, up(0.5) + 17, half, "end"),
    ];
    return [...grid, ...marks, ...curves, ...texts];
  });
  const figure_ = element("figure");
  const key = element("ul", "keys");
  key.append(...lines.map(({ name }, row) => {
    const item = element("li");
    item.append(element("span", `sample-${row}`), name);
    return item;
  }));
  figure_.append(element("p", "value", value), chart, key);
  return figure_;
}

function dot(row, x, y) {
  return row === 0
    ? shape("circle", { cx: x, cy: y, r: 4, class: "dot-0" })
    : shape("rect", { x: x - 4, y: y - 4, width: 8, height: 8, class: "dot-1" });
}

/**
 * Numbers as marks along a line, one row a group.
 *
 * @param groups Two, each `{ name, values }`.
 */
function drawMarks(groups, { axis, border, borderLabel, alt }) {
  const [height, left, right] = [240, 14, 14];
  const all = [...groups.flatMap(({ values }) => values), 0, border];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low) * 0.06;
  return drawing(alt, height, (width) => {
    const across = (value) => left + ((value - low + room) / (high - low + 2 * room)) * (width - left - right);
    const shapes = [shape("line", { x1: left, x2: width - right, y1: 190, y2: 190, class: "grid" })];
    for (const at of roundPlaces(low, high)) {
      shapes.push(shape("line", { x1: across(at), x2: across(at), y1: 30, y2: 190, class: at === 0 ? "axis" : "grid" }));
      shapes.push(note(across(at), 208, figure(at), "middle"));
    }
    shapes.push(shape("line", { x1: across(border), x2: across(border), y1: 16, y2: 190, class: "half" }));
    shapes.push(note(across(border) + 5, 16, `← ${borderLabel}`, across(border) > width / 2 ? "end" : "start"));
    groups.forEach(({ name, values }, row) => {
      const y = [75, 150][row];
      const middle = across(values.reduce((sum, value) => sum + value, 0) / values.length);
      for (const value of values) {
        const x = across(value);
        shapes.push(row === 0
          ? shape("line", { x1: x, x2: x, y1: y - 12, y2: y + 12, class: "mark-0" })
          : shape("path", { d: `M${x} ${y - 9}l9 9l-9 9l-9-9z`, class: "mark-1" }));
      }
      const anchor = middle < width / 3 ? "start" : middle > (2 * width) / 3 ? "end" : "middle";
      shapes.push(note(Math.min(Math.max(middle, left), width - right), y - 20, name, anchor, "named"));
    });
    shapes.push(note(width / 2, 232, axis, "middle"));
    return shapes;
  });
}

/** Some round numbers from a range, never more than eight. */
function roundPlaces(low, high) {
  const step = [0.5, 1, 2, 5, 10, 20, 50, 100].find((by) => (high - low) / by <= 8) ?? high - low;
  const places = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) places.push(at);
  return places;
}

/** A face on a canvas, with an alternative text. */
function drawFace(rgb, alt, className = "face") {
  const canvas = element("canvas", className);
  Object.assign(canvas, { width: SIDE, height: SIDE });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", alt);
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(SIDE, SIDE);
  for (let from = 0, to = 0; from < VALUES; from += 3, to += 4) {
    image.data.set([rgb[from], rgb[from + 1], rgb[from + 2], 255], to);
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

/** A drawing with its caption below. */
function captioned(content, text) {
  const figure = element("figure");
  figure.append(content, element("figcaption", "", text));
  return figure;
}

/** The face with a frame around a square part of it. */
function drawFramed(rgb, [top, left, side], alt) {
  const box = element("div", "framed");
  const frame = element("span");
  const part = (pixels) => `${(100 * pixels) / SIDE}%`;
  Object.assign(frame.style, { left: part(left), top: part(top), width: part(side), height: part(side) });
  box.append(drawFace(rgb, alt), frame);
  return box;
}

/** Those pixels enlarged, with the value of their red part on each. */
function drawPatch(rgb, [top, left, side], alt) {
  const grid = element("div", "patch");
  grid.setAttribute("role", "img");
  grid.setAttribute("aria-label", alt);
  grid.style.gridTemplateColumns = `repeat(${side}, 1fr)`;
  for (const [red, green, blue] of patchOf(rgb, [top, left, side]).flat()) {
    const cell = element("span", "", String(red));
    cell.style.background = `rgb(${red} ${green} ${blue})`;
    cell.style.color = 0.299 * red + 0.587 * green + 0.114 * blue > 117 ? "#000" : "#fff";
    grid.append(cell);
  }
  return grid;
}

/** The pixels of a square part, row by row. */
function patchOf(rgb, [top, left, side]) {
  return Array.from({ length: side }, (_, row) =>
    Array.from({ length: side }, (_, column) => {
      const at = 3 * ((top + row) * SIDE + left + column);
      return [...rgb.subarray(at, at + 3)];
    }));
}
