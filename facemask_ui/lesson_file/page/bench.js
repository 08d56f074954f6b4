// Faces, models and attacks on this device; what was computed once is kept as long as the page is open.

class Bench {
  constructor() {
    this.known = new Map();
    this.device = this.start();
    this.device.catch(() => {}); // those who ask hear of it
  }

  /** Starts the engine with the first model; the twin follows when it is asked for. */
  async start() {
    const { first } = lesson.settings;
    const [engine, weights] = await Promise.all([unpackBytes("engine"), unpackBytes(`weights-${first}`)]);
    const device = new Device({ engine, script: data.worker, described: data.described });
    device.addModel(data.plans[first], weights);
    return device;
  }

  /** The engine with a model ready. */
  async with(model) {
    const device = await this.device;
    if (!device.models.has(model)) {
      await this.once(`weights ${model}`, async () => {
        device.addModel(data.plans[model], await unpackBytes(`weights-${model}`));
      });
    }
    return device;
  }

  /** Computes something once; what failed is tried again. */
  once(name, compute) {
    if (!this.known.has(name)) {
      const promise = compute();
      promise.catch(() => this.known.delete(name));
      this.known.set(name, promise);
    }
    return this.known.get(name);
  }

  /** A sample as the models see it. */
  face(sample) {
    return this.once(`face ${sample}`, async () => {
      const { address, box } = data.gallery.pictures[sample];
      return this.cut(await readPhoto(bytesOf(address)), box);
    });
  }

  /** The faces in a photograph, from the left; the finder is unpacked for the first. */
  async findFaces({ data: pixels, width, height }) {
    const device = await this.device;
    await this.once("finder", async () => device.addFinder(data.finder, await unpackBytes("weights-finder")));
    return device.findFaces({ data: pixels, width, height });
  }

  async cut(photograph, box) {
    const { data: pixels, width, height } = photograph;
    return (await this.device).crop({ data: pixels, width, height }, box);
  }

  label(sample) {
    return data.gallery.pictures[sample].label;
  }

  async judge(model, face) {
    return (await (await this.with(model)).answer(model, [face]))[0];
  }

  /** The answers to a sample under an attack at every notch of the slider. */
  sweep(model, sample, attack) {
    return this.once(`sweep ${model} ${sample} ${attack}`, async () => {
      const picture = await this.face(sample);
      const device = await this.with(model);
      return device.sweep(model, { picture, attack, label: this.label(sample) });
    });
  }

  /** A sample under an attack at one epsilon. */
  attack(model, sample, attack, level) {
    return this.once(`attack ${model} ${sample} ${attack} ${level}`, async () => {
      const task = { picture: await this.face(sample), attack, label: this.label(sample) };
      return (await this.with(model)).attack(model, { ...task, epsilon: level / 255 });
    });
  }

  async follow(model, sample, level) {
    const task = { picture: await this.face(sample), attack: "pgd", label: this.label(sample) };
    return (await this.with(model)).follow(model, { ...task, epsilon: level / 255 });
  }
}
