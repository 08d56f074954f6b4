// From a photograph to a model's input: cut out a box, and scale it to a square of 8-bit values.
//
// A browser's canvas scales unlike the core, by up to several levels a value. So this is the core's own
// way: Pillow's bicubic filter with its whole-number weights (Resample.c), along the rows and along the
// columns, each rounded to 8 bits.

const INPUT_SIZE = 224;
const WEIGHT_BITS = 22;
const SUPPORT = 2; // pixels on either side that the bicubic filter reads, where nothing shrinks

/**
 * Cuts a box out of a photograph and scales it to a model's input.
 *
 * @param photograph `data` (RGB, or RGBA as a canvas gives it, whose transparency is ignored), `width`, `height`.
 * @param box `left`, `top`, `width`, `height` in pixels; what lies outside is left out. None for all of it.
 */
function cropPhotograph(photograph, box) {
  const { left, top, width, height } = clampBox(photograph, box);
  const channels = photograph.data.length / (photograph.width * photograph.height);
  const part = new Uint8Array(3 * width * height);
  for (let row = 0, to = 0; row < height; row += 1) {
    let from = ((top + row) * photograph.width + left) * channels;
    for (let column = 0; column < width; column += 1, from += channels, to += 3) {
      for (let c = 0; c < 3; c += 1) part[to + c] = photograph.data[from + c];
    }
  }
  if (!takesColumnsFirst(width, height)) {
    const narrow = scaleLines(part, height, width, INPUT_SIZE, 3);
    return scaleLines(narrow, 1, height, INPUT_SIZE, 3 * INPUT_SIZE);
  }
  const low = scaleLines(part, 1, height, INPUT_SIZE, 3 * width);
  return scaleLines(low, INPUT_SIZE, width, INPUT_SIZE, 3);
}

/** Pillow begins with the columns where more than twice as many rows fall away as columns. */
function takesColumnsFirst(width, height) {
  return height > INPUT_SIZE && height - INPUT_SIZE > 2 * (width - INPUT_SIZE);
}

/** The part of a box inside a photograph; at least the nearest pixel. */
function clampBox(photograph, box) {
  if (!box) return { left: 0, top: 0, width: photograph.width, height: photograph.height };
  const left = Math.min(Math.max(box.left, 0), photograph.width - 1);
  const top = Math.min(Math.max(box.top, 0), photograph.height - 1);
  const right = Math.min(Math.max(box.left + box.width, left + 1), photograph.width);
  const bottom = Math.min(Math.max(box.top + box.height, top + 1), photograph.height);
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * Scales each of some lines to another length.
 *
 * @param span How many values a place of a line has: 3 for a row of pixels; for the columns of a picture
 *   all values of its rows, so that the picture is one line of rows.
 */
function scaleLines(values, lines, length, newLength, span) {
  if (length === newLength) return values;
  const out = new Uint8Array(lines * newLength * span);
  const places = Array.from({ length: newLength }, (_, place) => filterAt(place, length, newLength));
  for (let line = 0; line < lines; line += 1) {
    for (const [place, { first, weights }] of places.entries()) {
      const from = (line * length + first) * span;
      const to = (line * newLength + place) * span;
      for (let at = 0; at < span; at += 1) {
        let sum = 1 << (WEIGHT_BITS - 1);
        for (let k = 0; k < weights.length; k += 1) sum += values[from + k * span + at] * weights[k];
        out[to + at] = Math.min(Math.max(sum >> WEIGHT_BITS, 0), 255);
      }
    }
  }
  return out;
}

/** Which places a new place reads, from the first on, and their weights as whole numbers. */
function filterAt(place, length, newLength) {
  const scale = length / newLength;
  const stretch = Math.max(scale, 1);
  const centre = (place + 0.5) * scale;
  const first = Math.max(Math.trunc(centre - SUPPORT * stretch + 0.5), 0);
  const end = Math.min(Math.trunc(centre + SUPPORT * stretch + 0.5), length);
  const shares = Array.from({ length: end - first }, (_, k) => bicubic((first + k - centre + 0.5) * (1 / stretch)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const weights = shares.map((share) => {
    const weight = (share / total) * 2 ** WEIGHT_BITS;
    return Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
  });
  return { first, weights };
}

/** The cubic convolution of Keys 1981 with a = -1/2, as Pillow computes it. */
function bicubic(distance) {
  const [x, a] = [Math.abs(distance), -0.5];
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
