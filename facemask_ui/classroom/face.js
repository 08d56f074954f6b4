// The lab's faces under FGSM, drawn on the device from one pattern of signs.
"use strict";

const SIDE = 224;
const VALUES = SIDE * SIDE * 3;
const FACES = new Map();
const PATTERNS = new Map();

/** Reads a picture's RGB values; a canvas gives them as the file has them. */
async function readFace(sample) {
  const response = await fetch(`/room/sample/${sample}.png`);
  if (!response.ok) throw new Error(String(response.status));
  const bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none" });
  const canvas = make("canvas", { width: SIDE, height: SIDE });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0, SIDE, SIDE);
  return context.getImageData(0, 0, SIDE, SIDE).data;
}

/** Where the pattern of a step's model lies; a class's own model has one in its room. */
const findPattern = ({ sample, model, pattern }) => (pattern ? `/room/file/${pattern}` : `/room/film/${sample}/${model}`);

/** Reads where FGSM moves each value: -1, 0 or 1. */
async function readPattern(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(String(response.status));
  const bits = new Uint8Array(await response.arrayBuffer());
  const read = (at) => (bits[at >> 3] >> (7 - (at & 7))) & 1;
  return Int8Array.from({ length: VALUES }, (_, at) => read(VALUES + at) * (2 * read(at) - 1));
}

/** Keeps what was read once; what failed is tried again. */
function once(cache, key, read) {
  if (!cache.has(key)) {
    const promise = read();
    cache.set(key, promise);
    promise.catch(() => cache.delete(key));
  }
  return cache.get(key);
}

/** Draws a step's face at a level of epsilon; without a model, or at 0, as it is. */
async function drawFace(canvas, step, level) {
  const { sample } = step;
  const order = (canvas.order ?? 0) + 1;
  canvas.order = order; // a later call wins, whichever is ready first
  try {
    const face = await once(FACES, sample, () => readFace(sample));
    const address = findPattern(step);
    const pattern = (step.model || step.pattern) && level
      ? await once(PATTERNS, address, () => readPattern(address)) : undefined;
    if (canvas.order !== order) return;
    const picture = new ImageData(SIDE, SIDE);
    for (let from = 0, to = 0; from < VALUES; from += 3, to += 4) {
      for (let c = 0; c < 3; c += 1) picture.data[to + c] = face[to + c] + (pattern ? level * pattern[from + c] : 0);
      picture.data[to + 3] = 255;
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
    canvas.dataset.drawn = `${sample} ${level ?? 0}`;
  } catch {
    if (canvas.order === order) canvas.dataset.drawn = "failed";
  }
}

/** Makes a canvas with a lab's face. */
function makeFace(step, level) {
  const canvas = make("canvas", { class: "face", width: SIDE, height: SIDE, role: "img", "aria-label": readAlt(step.sample) });
  drawFace(canvas, step, level ?? 0);
  return canvas;
}
