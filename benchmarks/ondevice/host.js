// Serves the lab's engine to a test or a measurement: one function, whatever runs it.
//
// Bytes travel as base64. A browser's page calls `serve` itself; `node.js` reads requests line by line.

const SIZE = 224 * 224 * 3;
let device;

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function textOf(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

const HANDLERS = {
  /** Starts the engine with models, each a plan and its weights. */
  open({ engine, script, described, models, finder, most }) {
    device = new Device({ engine: bytesOf(engine), script, described, most });
    for (const { plan, weights } of models) device.addModel(plan, bytesOf(weights).buffer);
    if (finder) device.addFinder(finder.plan, bytesOf(finder.weights).buffer);
  },

  async answer({ model, pictures }) {
    const all = bytesOf(pictures);
    const rows = Array.from({ length: all.length / SIZE }, (_, row) => all.slice(row * SIZE, (row + 1) * SIZE));
    return (await device.answer(model, rows)).map(({ logits }) => logits);
  },

  async attack({ model, picture, task }) {
    const result = await device.attack(model, { ...task, picture: bytesOf(picture) });
    return { ...result, picture: textOf(result.picture) };
  },

  async follow({ model, picture, task }) {
    const { points } = await device.follow(model, { ...task, picture: bytesOf(picture) });
    return { pictures: points.map((point) => textOf(point.picture)), logits: points.map((point) => point.logits) };
  },

  /** Also counts the parts, and cancels after some of them where that is asked. */
  async sweep({ model, picture, task, cancelAfter = Infinity }) {
    const stop = new AbortController();
    const progress = [];
    let parts = 0;
    const options = {
      signal: stop.signal,
      onProgress: (at) => progress.push(at),
      onPart: () => {
        parts += 1;
        if (parts >= cancelAfter) stop.abort();
      },
    };
    try {
      const { answers, label } = await device.sweep(model, { ...task, picture: bytesOf(picture) }, options);
      const pictures = answers.map((answer) => textOf(answer.picture));
      const logits = answers.map((answer) => answer.logits);
      return { pictures, logits, label, progress, parts, notches: answers.map((answer) => answer.notch) };
    } catch (error) {
      return { cancelled: error instanceof CancelledTask, reason: error.message, parts };
    }
  },

  async crop({ pixels, width, height, box }) {
    return textOf(await device.crop({ data: bytesOf(pixels), width, height }, box ?? undefined));
  },

  /** A picture's file as the lab's pages read it; of one that they refuse, the sentence. */
  async decode({ file, words }) {
    try {
      const { width, height, data } = await readPhoto(await readBytes(new Blob([bytesOf(file)])));
      return { width, height, pixels: textOf(data) };
    } catch (error) {
      throw error instanceof UnusablePicture ? new Error(error.explain(words)) : error;
    }
  },

  findFaces({ pixels, width, height }) {
    return device.findFaces({ data: bytesOf(pixels), width, height });
  },

  followFace({ pixels, width, height, box }) {
    return device.followFace({ data: bytesOf(pixels), width, height }, box);
  },

  smallest({ model, picture, task }) {
    return device.smallest(model, { ...task, picture: bytesOf(picture) });
  },

  async timeFinder({ pixels, width, height, repeats }) {
    const times = [];
    for (let run = 0; run < repeats; run += 1) {
      const begin = performance.now();
      await device.findFaces({ data: bytesOf(pixels), width, height });
      times.push(performance.now() - begin);
    }
    return times;
  },

  /** Milliseconds that each of some tasks takes, one after another. */
  async time({ model, picture, work, task, repeats }) {
    const times = [];
    for (let run = 0; run < repeats; run += 1) {
      const begin = performance.now();
      await device[work](model, { ...task, picture: bytesOf(picture) });
      times.push(performance.now() - begin);
    }
    return times;
  },

  close() {
    device.close();
  },
};

async function serve({ kind, ...request }) {
  try {
    return { result: (await HANDLERS[kind](request)) ?? null };
  } catch (error) {
    return { error: error.message };
  }
}
