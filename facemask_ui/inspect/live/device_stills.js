// Answers stills on this device, as still.py does on the server: the page's camera asks either.

class DeviceStills {
  /** @param data The addresses of the engine's files, the model, and the texts of an answer. */
  constructor(data) {
    this.data = data;
  }

  async load() {
    const { files, model } = this.data;
    const device = await loadOnce("engine", () => startEngine(files));
    await Promise.all([
      loadOnce("finder", () => addFinder(device, files)), loadOnce(model, () => addModel(device, files, model)),
    ]);
    this.device = device;
  }

  /** The answer to a still: the one that the server would write. */
  async answer({ number, level, face }, canvas) {
    await this.load();
    const { width, height } = canvas;
    const photo = { data: canvas.getContext("2d").getImageData(0, 0, width, height).data, width, height };
    const box = await this.findFace(photo, face);
    if (!box) return { number, face: null };
    const { model, epsilons } = this.data;
    const picture = await this.device.crop(photo, box);
    const [clean] = await this.device.answer(model, [picture]);
    const task = { picture, attack: "fgsm", epsilon: epsilons[level] };
    const attacked = level ? await this.device.attack(model, task) : { ...clean, picture };
    const moved = attacked.picture.some((value, at) => value !== picture[at]);
    const outcome = this.data.outcomes[this.nameOutcome(clean.probabilities, attacked.probabilities, moved)];
    const label = predictClass(clean.probabilities);
    return {
      number, face: [box.left, box.top, box.width, box.height], clean: this.describe(clean.probabilities, label),
      attacked: { ...this.describe(attacked.probabilities, label), outcome: outcome.text, outcomeIcon: outcome.icon },
      picture: drawAddress(attacked.picture),
    };
  }

  /** The face near its last place, or else the largest one anywhere. */
  async findFace(photo, last) {
    if (last) {
      const [left, top, width, height] = last;
      const box = await this.device.followFace(photo, { left, top, width, height });
      if (box) return box;
    }
    return (await this.device.findFaces(photo)).find((face) => face.largest);
  }

  /** Nobody says the right answer, so an attack changes the verdict or does not. */
  nameOutcome(before, after, moved) {
    const isUnsure = (shares) => Math.max(...shares) < (this.data.unsureBelow ?? 0);
    if (isUnsure(before) || isUnsure(after)) return "unsure";
    if (predictClass(before) !== predictClass(after)) return "changed";
    return moved ? "unchanged" : "unmoved";
  }

  describe(probabilities, clean) {
    const label = predictClass(probabilities);
    const { text, icon } = this.data.classes[label];
    return { label, icon, verdict: `${text} ${this.write(probabilities[label])}`, share: probabilities[clean] };
  }

  /** As the rest of the lab writes it: only what is certain to the last digit is 100 %. */
  write(share) {
    const { percentage, language } = this.data;
    if (share < 1 && (100 * share).toFixed(1) === "100.0") return percentage.most;
    const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    return percentage.is.replace("{number}", (100 * share).toLocaleString(language, one));
  }
}

function predictClass(probabilities) {
  return probabilities[1] > probabilities[0] ? 1 : 0;
}

function drawAddress(rgb) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(SIDE, SIDE);
  image.data.fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    for (let colour = 0; colour < 3; colour++) image.data[to + colour] = rgb[from + colour];
  }
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL("image/png");
}
