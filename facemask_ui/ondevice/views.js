// What the face finder is shown of a photograph: squares cut out of it and scaled (face_search.py, `_cut`).
//
// The core scales them by OpenCV, so this is OpenCV's way to the bit (resize.cpp): shrunk, a value is the
// mean of the area it stands for, computed in float32; enlarged, it lies between its neighbours, by
// weights of 11 bits. The first pixel of a photograph is at `data[0]`; a place has `channels` values.

const LINEAR_BITS = 11;

/** Rounds to the nearest whole number, a half to the even one, as Python, NumPy and OpenCV do. */
function roundEven(value) {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** The part of a stretch inside a length: its first place and its end; at least one place is left. */
function clipStretch(start, side, length) {
  const first = Math.min(Math.max(0, roundEven(start)), length - 1);
  return [first, Math.min(Math.max(first + 1, roundEven(start + side)), length)];
}

/**
 * Cuts a square out of a photograph; where it reaches beyond, the edge is repeated.
 *
 * @param photograph `data`, `width`, `height` and `channels`.
 * @param square `left`, `top` and `side`.
 * @param size The side of the view.
 * @returns `pixels` (size x size x 3), and how the view lies: `scale` and `shift`, both across and down.
 */
function cutView(photograph, square, size) {
  const factor = size / square.side;
  const [left, right] = clipStretch(square.left, square.side, photograph.width);
  const [top, bottom] = clipStretch(square.top, square.side, photograph.height);
  const across = Math.min(Math.max(1, roundEven((right - left) * factor)), size);
  const down = Math.min(Math.max(1, roundEven((bottom - top) * factor)), size);
  const part = { left, top, width: right - left, height: bottom - top };
  const small = factor < 1 ? shrink(photograph, part, across, down) : enlarge(photograph, part, across, down);
  const beforeX = Math.min(Math.max(0, roundEven((left - square.left) * factor)), size - across);
  const beforeY = Math.min(Math.max(0, roundEven((top - square.top) * factor)), size - down);
  const scale = [part.width / across, part.height / down];
  const shift = [left - beforeX * scale[0], top - beforeY * scale[1]];
  return { pixels: repeatEdges(small, across, down, beforeX, beforeY, size), scale, shift, size };
}

/** Puts a small picture into a square, and repeats its edges around it. */
function repeatEdges(small, across, down, beforeX, beforeY, size) {
  const out = new Uint8Array(3 * size * size);
  for (let row = 0, to = 0; row < size; row += 1) {
    const y = Math.min(Math.max(row - beforeY, 0), down - 1);
    for (let column = 0; column < size; column += 1, to += 3) {
      const from = 3 * (y * across + Math.min(Math.max(column - beforeX, 0), across - 1));
      for (let c = 0; c < 3; c += 1) out[to + c] = small[from + c];
    }
  }
  return out;
}

/** Copies a part of a photograph, of which no place is scaled. */
function copyPart({ data, width, channels }, part) {
  const out = new Uint8Array(3 * part.width * part.height);
  for (let row = 0, to = 0; row < part.height; row += 1) {
    let from = ((part.top + row) * width + part.left) * channels;
    for (let column = 0; column < part.width; column += 1, from += channels, to += 3) {
      for (let c = 0; c < 3; c += 1) out[to + c] = data[from + c];
    }
  }
  return out;
}

/** Shrinks a part of a photograph: INTER_AREA. */
function shrink(photograph, part, across, down) {
  if (across === part.width && down === part.height) return copyPart(photograph, part);
  const [scaleX, scaleY] = [1 / (across / part.width), 1 / (down / part.height)];
  const isWhole = (scale) => Math.abs(scale - roundEven(scale)) < Number.EPSILON;
  if (isWhole(scaleX) && isWhole(scaleY)) {
    return shrinkWhole(photograph, part, across, down, roundEven(scaleX), roundEven(scaleY));
  }
  const [columns, rows] = [shareAreas(part.width, across, scaleX), shareAreas(part.height, down, scaleY)];
  const out = new Uint8Array(3 * across * down);
  const [line, sums] = [new Float32Array(3 * across), new Float32Array(3 * across)];
  for (const [y, { first, weights }] of rows.entries()) {
    for (const [k, weight] of weights.entries()) {
      gatherLine(photograph, part, first + k, columns, line);
      for (let at = 0; at < sums.length; at += 1) {
        const value = Math.fround(weight * line[at]);
        sums[at] = k === 0 ? value : sums[at] + value;
      }
    }
    for (let at = 0; at < sums.length; at += 1) out[3 * across * y + at] = Math.min(Math.max(roundEven(sums[at]), 0), 255);
  }
  return out;
}

/** Weighs the places of one row of a photograph into a line of means. */
function gatherLine({ data, width, channels }, part, row, columns, line) {
  const begin = ((part.top + row) * width + part.left) * channels;
  for (let x = 0; x < columns.length; x += 1) {
    const { first, weights } = columns[x];
    let [red, green, blue] = [0, 0, 0];
    for (let k = 0, from = begin + first * channels; k < weights.length; k += 1, from += channels) {
      const weight = weights[k];
      red = Math.fround(red + Math.fround(data[from] * weight));
      green = Math.fround(green + Math.fround(data[from + 1] * weight));
      blue = Math.fround(blue + Math.fround(data[from + 2] * weight));
    }
    line[3 * x] = red;
    line[3 * x + 1] = green;
    line[3 * x + 2] = blue;
  }
}

/** Which places each new place stands for, from the first on, and the share of each as float32. */
function shareAreas(length, newLength, scale) {
  return Array.from({ length: newLength }, (_, place) => {
    const begin = place * scale;
    const end = begin + scale;
    const cell = Math.min(scale, length - begin);
    const last = Math.min(Math.floor(end), length - 1);
    const first = Math.min(Math.ceil(begin), last);
    const weights = [];
    const isCut = first - begin > 1e-3;
    if (isCut) weights.push((first - begin) / cell);
    for (let at = first; at < last; at += 1) weights.push(1 / cell);
    if (end - last > 1e-3) weights.push(Math.min(end - last, 1, cell) / cell);
    return { first: first - (isCut ? 1 : 0), weights: Float32Array.from(weights) };
  });
}

/** Shrinks by whole numbers: sums of levels, which are divided once. */
function shrinkWhole({ data, width, channels }, part, across, down, stepX, stepY) {
  const out = new Uint8Array(3 * across * down);
  const share = Math.fround(1 / (stepX * stepY));
  const isPlain = stepX === 2 && stepY === 2;
  for (let y = 0, to = 0; y < down; y += 1) {
    for (let x = 0; x < across; x += 1) {
      for (let c = 0; c < 3; c += 1, to += 1) {
        let sum = 0;
        for (let i = 0; i < stepY; i += 1) {
          let from = ((part.top + y * stepY + i) * width + part.left + x * stepX) * channels + c;
          for (let j = 0; j < stepX; j += 1, from += channels) sum += data[from];
        }
        out[to] = isPlain ? (sum + 2) >> 2 : roundEven(Math.fround(sum * share));
      }
    }
  }
  return out;
}

/** Enlarges a part of a photograph: INTER_LINEAR. */
function enlarge(photograph, part, across, down) {
  if (across === part.width && down === part.height) return copyPart(photograph, part);
  const { data, width, channels } = photograph;
  const [columns, rows] = [neighbours(part.width, across).map(withinEdges), neighbours(part.height, down)];
  const out = new Uint8Array(3 * across * down);
  const lineAt = (row) => {
    const begin = ((part.top + row) * width + part.left) * channels;
    return Int32Array.from({ length: 3 * across }, (_, at) => {
      const { place, next, weights } = columns[Math.floor(at / 3)];
      const from = begin + (at % 3);
      return data[from + place * channels] * weights[0] + data[from + next * channels] * weights[1];
    });
  };
  for (const [y, { place, next, weights }] of rows.entries()) {
    const [above, below] = [lineAt(place), lineAt(next)];
    for (let at = 0; at < above.length; at += 1) {
      const parts = [(weights[0] * (above[at] >> 4)) >> 16, (weights[1] * (below[at] >> 4)) >> 16];
      out[3 * across * y + at] = (parts[0] + parts[1] + 2) >> 2;
    }
  }
  return out;
}

/** The two places that each new place lies between, which are one at an edge, and the weight of each. */
function neighbours(length, newLength) {
  const scale = 1 / (newLength / length);
  return Array.from({ length: newLength }, (_, at) => {
    const middle = Math.fround((at + 0.5) * scale - 0.5);
    const below = Math.floor(middle);
    const share = Math.fround(middle - below);
    const weights = [Math.fround(1 - share), share].map((one) => roundEven(one * 2 ** LINEAR_BITS));
    const [place, next] = [below, below + 1].map((one) => Math.min(Math.max(one, 0), length - 1));
    return { place, next, weights };
  });
}

/** Along a row OpenCV reads one place at an edge, down a column the same one twice, which rounds otherwise. */
function withinEdges(between) {
  return between.place === between.next ? { ...between, weights: [2 ** LINEAR_BITS, 0] } : between;
}

/** The values below which 1 and 99 of 100 levels lie, between two levels where it falls so (NumPy's way). */
function findExtremes(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const levelAt = (rank) => {
    let [level, below] = [0, counts[0]];
    while (below <= rank) below += counts[(level += 1)];
    return level;
  };
  return [0.01, 0.99].map((share) => {
    const rank = (total - 1) * share;
    const rest = rank - Math.floor(rank);
    const [low, high] = [levelAt(Math.floor(rank)), levelAt(Math.ceil(rank))];
    return rest < 0.5 ? low + (high - low) * rest : high - (high - low) * (1 - rest);
  });
}

/** How often each level stands in some pixels. */
function countLevels(pixels) {
  const counts = new Array(256).fill(0);
  for (const level of pixels) counts[level] += 1;
  return counts;
}

/** Stretches contrast, so that 98 in 100 values take up the whole range. */
function stretchContrast(pixels) {
  const [low, high] = findExtremes(countLevels(pixels));
  const factor = 255 / Math.max(high - low, 1);
  const levels = Uint8Array.from({ length: 256 }, (_, level) => Math.min(Math.max(roundEven((level - low) * factor), 0), 255));
  return pixels.map((level) => levels[level]);
}

/** Turns the rows of a picture around, in place. */
function mirrorRows(data, width, channels) {
  for (let begin = 0; begin < data.length; begin += width * channels) {
    for (let left = begin, right = begin + (width - 1) * channels; left < right; left += channels, right -= channels) {
      for (let c = 0; c < channels; c += 1) [data[left + c], data[right + c]] = [data[right + c], data[left + c]];
    }
  }
}
