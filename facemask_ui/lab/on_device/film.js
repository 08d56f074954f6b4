// Computes a film on this device: the very parts that the server would send (parts.py).

const NOISE_STRIDE = 4; // random noise changes little from notch to notch

/**
 * Computes the parts and leaves each where the stage looks for it.
 *
 * @param name The film's name.
 * @param task `model`, `twin` (or undefined), `face`, `before`, `label`, `attack`, `settings`, `seed`,
 *   and the `stops` of the slider. FGSM is computed between them, too: one gradient serves all.
 */
async function computeFilm(device, name, task, signal) {
  const { model, twin, face, before, label, attack, settings, seed, stops } = task;
  const asked = { picture: face, attack, settings, label, seed, notches: stops };
  const put = (part) => putPart(name, part);
  put({ part: "face", kind: "face", pixels: face, before, label });
  const onPart = (part) => signal.aborted || put(describePart(face, part)); // one may be on its way
  const every = attack === "fgsm" ? { notches: undefined } : {};
  const { grid } = await device.sweep(model, { ...asked, ...every }, { signal, onPart });
  const film = assemble(films.get(name));
  put({ part: "figures", kind: "figures", ...(await measureAll(film, signal)) });
  const lines = [];
  if (attack !== "noise") {
    const notches = [...Array(grid.last + 1).keys()].filter((notch) => notch && notch % NOISE_STRIDE === 0);
    const noise = { ...asked, attack: "noise", settings: { norm: settings.norm ?? grid.norm }, notches };
    lines.push(drawLine("noise", model, noise, [[0, before[label]]]));
  }
  if (twin) lines.push(drawLine("twin", twin, asked, []));
  await Promise.all(lines);
  put({ part: "end", kind: "end" });

  async function drawLine(line, other, question, first) {
    const { answers } = await device.sweep(other, question, { signal });
    const values = [...first, ...answers.map(({ notch, probabilities }) => [notch, probabilities[label]])];
    put({ part: `line ${line}`, kind: "line", name: line, values });
  }
}

function putPart(film, part) {
  if (!films.has(film)) films.set(film, new Map());
  films.get(film).set(part.part, { question: film, ...part });
  globalThis.dispatchEvent(new CustomEvent("facemask-lab", { detail: film }));
}

/** A part with the attacked pictures as differences from the face, modulo 256. */
function describePart(face, { notches, pictures, probabilities }) {
  const pixels = new Uint8Array(pictures.length * VALUES);
  pictures.forEach((picture, row) => {
    for (let at = 0; at < VALUES; at++) pixels[row * VALUES + at] = picture[at] - face[at];
  });
  return { part: `levels ${notches}`, kind: "frames", levels: notches, probabilities, pixels };
}

/** The figures at each notch; between two of them the page may draw. */
async function measureAll(film, signal) {
  const levels = sortPoints(film).map(([level]) => level);
  const figures = [];
  for (const level of levels) {
    figures.push(measureFidelity(film.face, attackedAt(film, level)));
    await new Promise((resume) => setTimeout(resume));
    if (signal.aborted) throw new CancelledTask();
  }
  return { levels, figures };
}
