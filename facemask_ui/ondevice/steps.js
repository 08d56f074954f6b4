// The steps of a plan (facemask_core/web/plan.py): each computes its result, and its inputs' gradients.
//
// A gradient is an array lent by the memory. `backward` gets the one of its own result and passes it,
// or another, on to its inputs with `network.send`, which takes it over.

const LANES = 4;
const upToLanes = (count) => Math.ceil(count / LANES) * LANES;

class Step {
  /**
   * @param entry The step as the plan has it.
   * @param inputs The steps whose results it reads.
   * @param network Has the kernels, the memory and the weights.
   */
  constructor(entry, inputs, network) {
    const { shape } = entry;
    Object.assign(this, { entry, inputs, network, shape, kernels: network.kernels });
    this.channels = shape.at(-1);
    this.count = shape.reduce((product, length) => product * length, 1);
    this.places = this.count / this.channels;
    this.prepare(network.memory, network.weights);
  }

  /** Makes room for the result, and for what else the step needs. */
  prepare() {
    this.out = this.network.makeRoom(upToLanes(this.count));
  }

  /** The first of the steps whose results it reads. */
  get input() {
    return this.inputs[0];
  }
}

/** The picture: whoever wants an answer writes it here, and finds its gradient here. */
class Pixels extends Step {
  forward() {}

  backward(gradient) {
    this.network.memory.copy(gradient, this.network.pixelGradient, this.count);
    this.network.memory.takeBack(gradient, this.count);
  }
}

class Rescale extends Step {
  forward() {
    const { factor, offset } = this.entry;
    this.kernels.rescale(this.input.out, this.count, factor, offset, this.out);
  }

  backward(gradient) {
    this.kernels.rescale(gradient, this.count, this.entry.factor, 0, gradient);
    this.network.send(this.input, gradient);
  }
}

class Relu extends Step {
  get most() {
    return this.entry.most ?? Infinity;
  }

  forward() {
    this.kernels.relu(this.input.out, this.count, this.most, this.out);
  }

  backward(gradient) {
    this.kernels.relu_gradient(this.input.out, this.count, this.most, gradient);
    this.network.send(this.input, gradient);
  }
}

class HardSwish extends Step {
  forward() {
    this.kernels.hard_swish(this.input.out, this.count, this.out);
  }

  backward(gradient) {
    this.kernels.hard_swish_gradient(this.input.out, this.count, gradient);
    this.network.send(this.input, gradient);
  }
}

class Add extends Step {
  forward() {
    this.kernels.add(this.inputs[0].out, this.inputs[1].out, this.count, this.out);
  }

  backward(gradient) {
    const { memory } = this.network;
    const second = memory.lend(this.count);
    memory.copy(gradient, second, this.count);
    this.network.send(this.inputs[0], gradient);
    this.network.send(this.inputs[1], second);
  }
}

/** The mean of every channel over all places. */
class Average extends Step {
  forward() {
    this.kernels.average(this.input.out, this.input.places, this.channels, this.out);
  }

  backward(gradient) {
    const { memory } = this.network;
    const spread = memory.lend(this.input.count);
    this.kernels.average_gradient(gradient, this.input.places, this.channels, spread);
    memory.takeBack(gradient, this.count);
    this.network.send(this.input, spread);
  }
}

/** A picture times a factor for every channel. */
class Scale extends Step {
  forward() {
    const [picture, factors] = this.inputs;
    this.kernels.scale(picture.out, factors.out, this.places, this.channels, this.out);
  }

  backward(gradient) {
    const [picture, factors] = this.inputs;
    const toFactors = this.network.memory.lend(this.channels);
    this.kernels.scale_gradient(gradient, picture.out, this.places, this.channels, toFactors);
    this.kernels.scale(gradient, factors.out, this.places, this.channels, gradient);
    this.network.send(factors, toFactors);
    this.network.send(picture, gradient);
  }
}

class Depthwise extends Step {
  prepare(memory, weights) {
    super.prepare();
    const { kernel, bias } = foldedWeights(this.entry, weights);
    Object.assign(this, { kernel: memory.keep(kernel), bias: memory.keep(bias) });
    const [height, width] = this.input.shape;
    const { size, stride, before } = this.entry;
    this.geometry = [height, width, this.channels, size, stride, ...before, ...this.shape.slice(0, 2)];
  }

  forward() {
    this.kernels.depthwise(this.input.out, this.kernel, this.bias, ...this.geometry, this.out);
  }

  backward(gradient) {
    const { memory } = this.network;
    const gathered = memory.lend(this.input.count);
    this.kernels.depthwise_gradient(gradient, this.kernel, ...this.geometry, gathered);
    memory.takeBack(gradient, this.count);
    this.network.send(this.input, gathered);
  }
}

/** A matrix product with the input, or with the patches of it that a kernel larger than one reads. */
class Convolution extends Step {
  prepare(memory, weights) {
    super.prepare();
    const { size = 1, stride = 1, before } = this.entry;
    const { kernel, bias } = foldedWeights(this.entry, weights);
    this.inner = upToLanes(kernel.length / this.channels); // values of a patch
    this.columns = upToLanes(this.channels);
    const matrix = padded(kernel, this.channels, this.inner, this.columns);
    this.kernel = memory.keep(inStrips(matrix, this.columns));
    this.turned = memory.keep(inStrips(transposed(matrix, this.inner), this.inner));
    this.bias = memory.keep(padded(bias, this.channels, 1, this.columns));
    if (size === 1 && stride === 1) return;
    this.geometry = [...this.input.shape, size, stride, ...before, ...this.shape.slice(0, 2), this.inner];
    this.patches = this.network.sharedPatches(this.places * this.inner);
  }

  forward() {
    const { kernels, inner, columns, places } = this;
    if (this.patches) kernels.patches(this.input.out, ...this.geometry, this.patches());
    const rows = this.patches ? this.patches() : this.input.out;
    kernels.multiply(rows, this.kernel, this.bias, places, inner, columns, this.out);
  }

  backward(gradient) {
    const { kernels, inner, columns, places } = this;
    const { memory } = this.network;
    const before = memory.lend(this.input.count);
    const rows = this.patches ? this.patches() : before;
    kernels.multiply(gradient, this.turned, 0, places, columns, inner, rows);
    if (this.patches) kernels.patches_gradient(rows, ...this.geometry, before);
    memory.takeBack(gradient, upToLanes(this.count));
    this.network.send(this.input, before);
  }
}

/** A dense layer is a convolution of a picture of one place. */
class Dense extends Convolution {}

/** The largest of two by two places; this and the next stand in the face finder, of which nobody wants a gradient. */
class MaxPool extends Step {
  forward() {
    this.kernels.max_pool(this.input.out, ...this.shape.slice(0, 2), this.channels, this.out);
  }
}

/** More channels, which are zero. */
class Pad extends Step {
  forward() {
    this.kernels.pad_channels(this.input.out, this.places, this.input.channels, this.channels, this.out);
  }
}

const STEPS = {
  pixels: Pixels, rescale: Rescale, relu: Relu, hard_swish: HardSwish, add: Add, average: Average,
  scale: Scale, depthwise: Depthwise, convolution: Convolution, dense: Dense, max_pool: MaxPool, pad: Pad,
};
