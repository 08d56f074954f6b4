// A card to share: before, after, verdict and epsilon in one picture of a phone's shape.
//
// It is drawn here, from what the page shows; nothing is sent anywhere.

const CARD = { width: 1080, height: 1350, edge: 48, ink: "#0E141B", paper: "#FCFBF9",
  track: "#E4E0D8", classes: ["#A84300", "#00639B"] };

/** Draws the card for one notch of a film; `attacked` is the picture there. */
function drawCard(film, level, attacked, data) {
  const canvas = element("canvas");
  Object.assign(canvas, { width: CARD.width, height: CARD.height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = CARD.paper;
  pen.fillRect(0, 0, CARD.width, CARD.height);
  const { words, axis } = data;
  const { probabilities } = film.points.get(level);
  const outcome = outcomeOf(film, level, probabilities, data, attacked);
  const says = `${words.outcomes[outcome]} ${words.classes[predict(probabilities)]}`;
  let y = writeLines(pen, says, { y: 130, size: 76, weight: 700 });
  const side = (CARD.width - 3 * CARD.edge) / 2;
  const halves = [[words.before, film.face, film.before], [words.after, attacked, probabilities]];
  halves.forEach(([name, rgb, shares], column) => {
    const x = CARD.edge + column * (side + CARD.edge);
    drawHalf(pen, { x, y, side, name, rgb, shares, data });
  });
  y += side + 260;
  y = writeLines(pen, `${axis.name} ${axis.short[level]}`, { y, size: 56, weight: 700 });
  const limit = describeLimit(data, level);
  if (limit) y = writeLines(pen, limit, { y, size: 40 });
  writeLines(pen, data.credit, { y, size: 34 });
  writeLines(pen, words.save.foot, { y: CARD.height - CARD.edge, size: 30 });
  return canvas;
}

/** Draws a picture with its answer below, as a bar and in words. */
function drawHalf(pen, { x, y, side, name, rgb, shares, data }) {
  const picture = element("canvas");
  Object.assign(picture, { width: SIDE, height: SIDE });
  paint(picture, rgb);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, x, y, side, side);
  const label = predict(shares);
  pen.fillStyle = CARD.track;
  pen.fillRect(x, y + side + 16, side, 20);
  pen.fillStyle = CARD.classes[label];
  pen.fillRect(x, y + side + 16, side * shares[label], 20);
  writeLines(pen, name, { x, y: y + side + 80, size: 34 });
  const answer = `${data.words.classes[label]} ${percent(shares[label], data)}`;
  const colour = CARD.classes[label];
  writeLines(pen, answer, { x, y: y + side + 130, size: 42, weight: 700, colour });
}

/** Writes text in as many lines as it needs, and returns where the next one would stand. */
function writeLines(pen, text, { x = CARD.edge, y, size, weight = 400, colour = CARD.ink }) {
  pen.font = `${weight} ${size}px sans-serif`;
  const room = CARD.width - CARD.edge - x;
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) && pen.measureText(longer).width > room) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  pen.fillStyle = colour;
  for (const line of lines) {
    pen.fillText(line, x, y);
    y += 1.3 * size;
  }
  return y;
}
