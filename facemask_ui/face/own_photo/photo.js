// A visitor's own picture, from a file's bytes to pixels, to those that the core decodes. It goes nowhere.

const MOST_BYTES = 20 * 2 ** 20;
const MOST_PIXELS = 40e6;
const LEAST_SIDE = 32;
const MOST_PASSES = 100;
const TILE = [4096, 1024]; // browsers limit a canvas, and a phone's more than a computer's
const SHOWN_SIDE = 640;
const SAMPLES = 4; // read across and down for a pixel of a small copy

/** A picture that cannot be used, by the name of a sentence and what fills its placeholders. */
class UnusablePicture extends Error {
  constructor(name, values = {}) {
    super(name);
    this.values = values;
  }

  /** The sentence. @param words What own_photo.read_words reads. */
  explain(words) {
    const values = { kinds: words.kinds, advice: words[`${this.values.kind?.toLowerCase()}_advice`], ...this.values };
    return words[this.message].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }
}

/** The bytes of a file that is neither empty nor too large. */
async function readBytes(file) {
  if (!file.size) throw new UnusablePicture("empty_file");
  if (file.size > MOST_BYTES) throw new UnusablePicture("large_file", { size: Math.round(file.size / 2 ** 20) });
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new UnusablePicture("gone"); // moved or deleted since it was chosen
  }
}

/**
 * Decodes a picture: upright, its colours in sRGB, transparency over white.
 *
 * @param bytes The file's, which may be changed.
 * @returns `data` (RGBA), `width`, `height` and `bytes`, the file's size.
 */
async function readPhoto(bytes) {
  const header = readHeader(bytes);
  if (!header) throw new UnusablePicture("no_picture");
  const { kind, type, parts, orientation } = header;
  if (header.width) checkSize(header.width, header.height);
  if (header.animated) throw new UnusablePicture("animated");
  if (header.passes > MOST_PASSES) throw new UnusablePicture("passes");
  const bitmap = await createImageBitmap(new Blob(parts, { type })).catch(() => {
    const ofPhones = kind === "HEIC" || kind === "AVIF";
    throw ofPhones ? new UnusablePicture("phone_picture", { kind }) : new UnusablePicture("damaged_picture");
  });
  try {
    checkSize(bitmap.width, bitmap.height);
    const photo = readPixels(bitmap, bitmap.width, bitmap.height, orientation);
    if (isWhite(photo) && !isSeen(bitmap)) throw new UnusablePicture("invisible");
    return { ...photo, bytes: bytes.length };
  } finally {
    bitmap.close();
  }
}

function checkSize(width, height) {
  if (width * height > MOST_PIXELS) throw new UnusablePicture("pixels", { size: `${width} x ${height}` });
  if (Math.min(width, height) < LEAST_SIDE) throw new UnusablePicture("small", { width, height, least: LEAST_SIDE });
}

/** The pixels of a bitmap or a canvas over white, turned as an orientation of EXIF says. */
function readPixels(source, width, height, orientation = 1) {
  try {
    const pixels = new Uint32Array(width * height);
    const [first, across, down] = placesOf(orientation, width, height);
    forTiles(source, width, height, "#fff", (tile, left, top, columns) => {
      for (let at = 0, row = top; at < tile.length; row += 1) {
        let to = first + left * across + row * down;
        for (const end = at + columns; at < end; at += 1, to += across) pixels[to] = tile[at];
      }
    });
    const data = new Uint8ClampedArray(pixels.buffer);
    return orientation < 5 ? { data, width, height } : { data, width: height, height: width };
  } catch (error) {
    if (error instanceof UnusablePicture) throw error;
    console.warn(error);
    throw new UnusablePicture("memory");
  }
}

/** Where the first pixel of a picture comes to lie, and how far the next ones to its right and below. */
function placesOf(orientation, width, height) {
  const [last, right, bottom] = [width * height - 1, width - 1, height - 1];
  return [
    [0, 1, width], [right, -1, width], [last, -1, -width], [bottom * width, 1, -width],
    [0, height, 1], [bottom, height, -1], [last, -height, -1], [right * height, -height, 1],
  ][orientation - 1];
}

/** Gives the pixels of a source tile by tile, each pixel a number; `visit` may return true to end. */
function forTiles(source, width, height, background, visit) {
  const [wide, high] = [Math.min(width, TILE[0]), Math.min(height, TILE[1])];
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (background) pen.fillStyle = background;
  for (let top = 0; top < height; top += high) {
    for (let left = 0; left < width; left += wide) {
      pen[background ? "fillRect" : "clearRect"](0, 0, wide, high);
      pen.drawImage(source, -left, -top);
      const [columns, rows] = [Math.min(wide, width - left), Math.min(high, height - top)];
      const tile = new Uint32Array(pen.getImageData(0, 0, columns, rows).data.buffer);
      if (visit(tile, left, top, columns)) return;
    }
  }
}

function isWhite({ data }) {
  return new Uint32Array(data.buffer).every((pixel) => pixel === 0xffffffff);
}

/** Whether anything of a bitmap is more than transparent. */
function isSeen(bitmap) {
  let seen = false;
  forTiles(bitmap, bitmap.width, bitmap.height, undefined, (tile) => (seen = tile.some((pixel) => pixel !== 0)));
  return seen;
}

/** A picture as an address that needs no request, small enough to be framed on a screen. */
function addressOf({ data, width, height }) {
  const scale = Math.min(1, SHOWN_SIDE / Math.max(width, height));
  const [wide, high] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const small = new ImageData(wide, high);
  for (let row = 0, to = 0; row < high; row += 1) {
    for (let column = 0; column < wide; column += 1, to += 4) {
      const sum = [0, 0, 0];
      for (let sample = 0; sample < SAMPLES ** 2; sample += 1) {
        const x = Math.floor(((column + ((sample % SAMPLES) + 0.5) / SAMPLES) * width) / wide);
        const y = Math.floor(((row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) * height) / high);
        for (let colour = 0; colour < 3; colour += 1) sum[colour] += data[4 * (y * width + x) + colour];
      }
      for (let colour = 0; colour < 3; colour += 1) small.data[to + colour] = sum[colour] / SAMPLES ** 2;
      small.data[to + 3] = 255;
    }
  }
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
  canvas.getContext("2d").putImageData(small, 0, 0);
  return canvas.toDataURL("image/jpeg", 0.85);
}
