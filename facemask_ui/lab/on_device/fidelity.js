// How far an attacked picture is from the original (facemask_core/pictures/fidelity.py).

const WINDOW = 7; // of the likeness, in pixels a side
const SSIM_STEADY = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];

/** The figures of the stage, with as many digits as mean something. */
function measureFidelity(face, attacked) {
  let [largest, square, values, pixels] = [0, 0, 0, 0];
  for (let at = 0; at < VALUES; at += 3) {
    let differs = false;
    for (let colour = at; colour < at + 3; colour++) {
      const change = Math.abs(attacked[colour] - face[colour]);
      if (!change) continue;
      differs = true;
      values += 1;
      square += change ** 2;
      largest = Math.max(largest, change);
    }
    pixels += differs;
  }
  return {
    linf: largest,
    l2: roundTo(Math.sqrt(square) / 255, 3),
    changed: roundTo((100 * values) / VALUES, 1),
    pixels: roundTo((100 * pixels) / (SIDE * SIDE), 1),
    ssim: roundTo(values ? likeness(face, attacked) : 1, 4),
    psnr: square ? roundTo(10 * Math.log10((255 ** 2 * VALUES) / square), 1) : null,
  };
}

const roundTo = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;

/** The structural similarity of Wang et al. 2004, as scikit-image computes it; mean over the colours. */
function likeness(one, other) {
  const shares = [0, 1, 2].map((colour) => {
    const [x, y] = [one, other].map((rgb) => Float64Array.from({ length: SIDE * SIDE }, (_, at) => rgb[3 * at + colour]));
    const sums = [x, y, product(x, x), product(y, y), product(x, y)].map(windowSums);
    return meanLikeness(...sums);
  });
  return (shares[0] + shares[1] + shares[2]) / 3;
}

const product = (one, other) => one.map((value, at) => value * other[at]);

/** The sum over each window that lies inside the picture, row by row. */
function windowSums(values) {
  const wide = SIDE - WINDOW + 1;
  const rows = new Float64Array(SIDE * wide);
  for (let row = 0; row < SIDE; row++) slide(values, row * SIDE, 1, rows, row * wide, 1, wide);
  const sums = new Float64Array(wide * wide);
  for (let column = 0; column < wide; column++) slide(rows, column, wide, sums, column, wide, wide);
  return sums;
}

function slide(values, from, step, out, to, stride, count) {
  let sum = 0;
  for (let k = 0; k < WINDOW; k++) sum += values[from + k * step];
  for (let place = 0; place < count; place++) {
    out[to + place * stride] = sum;
    sum += (values[from + (place + WINDOW) * step] ?? 0) - values[from + place * step];
  }
}

function meanLikeness(x, y, xx, yy, xy) {
  const size = WINDOW ** 2;
  const unbiased = size / (size - 1);
  const [c1, c2] = SSIM_STEADY;
  let total = 0;
  for (let at = 0; at < x.length; at++) {
    const [ux, uy] = [x[at] / size, y[at] / size];
    const spread = (sum, u, v) => unbiased * (sum / size - u * v);
    const above = (2 * ux * uy + c1) * (2 * spread(xy[at], ux, uy) + c2);
    const below = (ux ** 2 + uy ** 2 + c1) * (spread(xx[at], ux, ux) + spread(yy[at], uy, uy) + c2);
    total += above / below;
  }
  return total / x.length;
}
