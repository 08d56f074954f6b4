// Weights as the file has them (safetensors), and batch norm folded into them.

/** Reads a safetensors file: each array by its name, as float32; checkpoints of the lab's have float16. */
function readWeights(buffer) {
  const size = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
  const arrays = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [begin, end] = entry.data_offsets.map((offset) => 8 + size + offset);
    const read = WEIGHT_KINDS[entry.dtype];
    if (!read) throw new Error(`The weights ${name} are ${entry.dtype}, neither F16 nor F32.`);
    arrays.set(name, { shape: entry.shape, values: read(buffer.slice(begin, end)) });
  }
  return arrays;
}

const WEIGHT_KINDS = {
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), fromHalf),
  F32: (bytes) => new Float32Array(bytes),
};

/** Reads a float16 by its bits (IEEE 754); weights hold no infinity and no NaN. */
function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : sign * fraction * 2 ** -24;
}

/**
 * The kernel and bias of a step, its batch norm folded into them (models/folding.py does the same).
 *
 * The channels out are the last axis of the kernel of a convolution, and of a depthwise one too once
 * its axis of length one is dropped.
 */
function foldedWeights(step, arrays) {
  const kernel = arrays.get(step.kernel).values;
  const channels = step.shape.at(-1);
  const bias = step.bias ? arrays.get(step.bias).values : new Float32Array(channels);
  if (!step.norm) return { kernel, bias };
  const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(
    (name) => arrays.get(step.norm[name])?.values,
  );
  const factors = Float64Array.from(bias, (_, c) => (gamma?.[c] ?? 1) / Math.sqrt(variance[c] + step.norm.epsilon));
  return {
    kernel: kernel.map((value, place) => value * factors[place % channels]),
    bias: bias.map((value, c) => (value - mean[c]) * factors[c] + (beta?.[c] ?? 0)),
  };
}

/** Turns a matrix of `rows` rows around. */
function transposed(values, rows) {
  const columns = values.length / rows;
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      turned[column * rows + row] = values[row * columns + column];
    }
  }
  return turned;
}

/** Lays a matrix out as the kernel `multiply` reads it: in strips of eight columns, the last perhaps of four. */
function inStrips(values, columns) {
  const rows = values.length / columns;
  const strips = new Float32Array(values.length);
  for (let column = 0; column < columns; column += 8) {
    const width = Math.min(8, columns - column);
    for (let row = 0; row < rows; row += 1) {
      const from = row * columns + column;
      strips.set(values.subarray(from, from + width), rows * column + row * width);
    }
  }
  return strips;
}

/** Lengthens every row of a matrix to a number of columns, and the matrix to a number of rows, by zeros. */
function padded(values, columns, newRows, newColumns) {
  const result = new Float32Array(newRows * newColumns);
  for (let row = 0; row * columns < values.length; row += 1) {
    result.set(values.subarray(row * columns, (row + 1) * columns), row * newColumns);
  }
  return result;
}
