// Pictures on canvases: the noise magnified, two pictures on both sides of a line.

/**
 * Grey where nothing changed; the largest factor at which at most one value in a hundred is cut off:
 * in L2 a few values move far, and would leave the rest too dim to be seen.
 */
function magnify(face, attacked) {
  const counts = new Uint32Array(256);
  for (let i = 0; i < VALUES; i++) counts[Math.abs(attacked[i] - face[i])]++;
  let large = 255;
  for (let cut = counts[large]; large > 1 && cut <= VALUES / 100; cut += counts[large]) large--;
  const factor = counts[0] === VALUES ? 1 : Math.max(1, Math.floor(127 / large));
  const noise = new Uint8ClampedArray(VALUES);
  for (let i = 0; i < VALUES; i++) noise[i] = 128 + factor * (attacked[i] - face[i]);
  return { noise, factor };
}

/** The original left of the seam, the other picture right of it. */
function join(original, other, seam) {
  const out = other.slice();
  for (let row = 0; row < SIDE; row++) {
    const start = row * SIDE * 3;
    out.set(original.subarray(start, start + seam * 3), start);
  }
  return out;
}

function paint(canvas, rgb, seam = 0) {
  const context = canvas.getContext("2d");
  const image = (canvas.image ??= context.createImageData(SIDE, SIDE));
  for (let i = 0, j = 0; i < VALUES; i += 3, j += 4) {
    image.data[j] = rgb[i];
    image.data[j + 1] = rgb[i + 1];
    image.data[j + 2] = rgb[i + 2];
    image.data[j + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  if (seam > 0 && seam < SIDE) {
    context.fillStyle = "#fff";
    context.fillRect(seam - 1, 0, 2, SIDE);
  }
}
