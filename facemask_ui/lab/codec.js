// A film as the server packs it (parts.py), and the pictures that come out of it.
//
// A film's parts come one by one while they are being computed. Nothing is lossy: the picture at a
// notch is the 8-bit picture the model was given, to the last bit.

const films = (globalThis[Symbol.for("facemask-lab.films")] ??= new Map());

/** Unpacks one part: the length of its header, the header as JSON, and 8-bit values. */
async function unpack(data) {
  const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const packed = new Blob([bytes.subarray(4 + size)]).stream();
  const plain = packed.pipeThrough(new DecompressionStream("deflate"));
  const pixels = new Uint8Array(await new Response(plain).arrayBuffer());
  return { ...header, pixels };
}

/** Puts the parts that have come so far together. */
function assemble(parts) {
  const film = {
    face: undefined, before: undefined, sign: undefined, done: false,
    frames: new Map(), points: new Map(), lines: {}, animations: new Map(),
  };
  for (const part of parts.values()) {
    if (part.kind === "face") Object.assign(film, { face: part.pixels, before: part.before });
    if (part.kind === "sign") film.sign = asSigned(part.pixels);
    if (part.kind === "frames") addFrames(film, part);
    if (part.kind === "line") film.lines[part.name] = part.values;
    if (part.kind === "animation") film.animations.set(part.captions, part.pixels);
    if (part.kind === "end") film.done = true;
    (part.levels ?? []).forEach((level, row) => {
      const point = film.points.get(level) ?? {};
      if (part.probabilities) point.probabilities = part.probabilities[row];
      if (part.figures) point.figures = part.figures[row];
      film.points.set(level, point);
    });
  }
  for (const [level, point] of film.points) if (!point.probabilities) film.points.delete(level);
  return film;
}

/** The points of a film in the order of their notches. */
function sortPoints(film) {
  return [...film.points].sort(([a], [b]) => a - b);
}

/** The probability of a class, notch by notch. */
function confidence(film, label) {
  return sortPoints(film).map(([level, { probabilities }]) => [level, probabilities[label]]);
}

function asSigned(bytes) {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function addFrames(film, part) {
  const values = part.pixels.length / part.levels.length;
  part.levels.forEach((level, row) => {
    film.frames.set(level, part.pixels.subarray(row * values, (row + 1) * values));
  });
}

/** The attacked 8-bit picture at a notch, RGB; undefined while it is not computed yet. */
function attackedAt(film, level) {
  if (!film.points.has(level)) return undefined;
  const { face, sign } = film;
  const change = film.frames.get(level);
  if (change) {
    const out = new Uint8Array(face.length); // wraps, as the difference was sent
    for (let i = 0; i < out.length; i++) out[i] = face[i] + change[i];
    return out;
  }
  const out = new Uint8ClampedArray(face.length); // clamps as the attack does
  for (let i = 0; i < out.length; i++) out[i] = face[i] + level * sign[i];
  return out;
}
