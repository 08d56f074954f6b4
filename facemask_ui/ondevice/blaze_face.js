// BlazeFace, the network that sees faces, and what its output means (the core's pictures/blaze_face.py).
//
// An answer is `{ logOdds, x, y, width, height }`: the odds of a face, and the centre and the size of a
// box from the brows to the lips.

class BlazeFace {
  /**
   * @param exports What the WebAssembly instance exports.
   * @param memory Its memory.
   * @param plan The network's part of the finder's plan.
   * @param buffer The weights file.
   */
  constructor(exports, memory, plan, buffer) {
    this.network = new Network(exports, memory, plan, buffer);
    Object.assign(this, { size: plan.size, plan, memory });
    this.inputs = Float32Array.from({ length: 256 }, (_, level) => Math.fround(level / 127.5) - 1);
  }

  /** An answer for every anchor, in pixels of the picture; most say that there is no face. */
  look(pixels) {
    const { network, memory } = this;
    const input = memory.view(network.pixels, pixels.length);
    for (let at = 0; at < pixels.length; at += 1) input[at] = this.inputs[pixels[at]];
    network.answer();
    return this.plan.grids.flatMap((grid) => this.readGrid(grid));
  }

  /** The answers of the anchors that lie in the middle of each cell of a grid. */
  readGrid({ distance, together, scores, places }) {
    const { steps } = this.network;
    const [odds, boxes] = [steps[scores], steps[places]];
    const [oddsAt, boxesAt] = [odds, boxes].map((step) => this.memory.view(step.out, step.count));
    const cells = this.size / distance;
    return Array.from({ length: cells * cells * together }, (_, anchor) => {
      const [cell, among] = [Math.floor(anchor / together), anchor % together];
      const from = cell * boxes.channels + among * this.plan.values;
      return {
        logOdds: oddsAt[cell * odds.channels + among],
        x: boxesAt[from] + ((cell % cells) + 0.5) * distance,
        y: boxesAt[from + 1] + (Math.floor(cell / cells) + 0.5) * distance,
        width: boxesAt[from + 2],
        height: boxesAt[from + 3],
      };
    });
  }
}

/** The surest first; equally sure ones as they came. */
function bySureness(answers) {
  return [...answers].sort((one, other) => other.logOdds - one.logOdds);
}

/** Takes answers from a view to the photograph. */
function toPhotograph({ scale, shift }, answers) {
  return answers.map(({ logOdds, x, y, width, height }) => ({
    logOdds, x: x * scale[0] + shift[0], y: y * scale[1] + shift[1], width: width * scale[0], height: height * scale[1],
  }));
}

/** Takes answers about a mirrored picture of some width to the picture as it was. */
function mirrorAnswers(answers, width) {
  return answers.map((answer) => ({ ...answer, x: width - answer.x }));
}

/** The area that two boxes share. */
function sharedArea(one, other) {
  const stretch = (centre, size) => {
    const low = Math.max(one[centre] - one[size] / 2, other[centre] - other[size] / 2);
    const high = Math.min(one[centre] + one[size] / 2, other[centre] + other[size] / 2);
    return Math.max(high - low, 0);
  };
  return stretch("x", "width") * stretch("y", "height");
}

const areaOf = (box) => box.width * box.height;

/** The area that two boxes share over the area that they cover together. */
function overlapOf(one, other) {
  const shared = sharedArea(one, other);
  return shared / (areaOf(one) + areaOf(other) - shared);
}

/**
 * Joins the answers that are about one face, the surest first: the mean of all that overlap the surest
 * one, weighted by how probable they are, and as sure as that one.
 */
function mergeAnswers(answers, sameFace) {
  let left = bySureness(answers);
  const faces = [];
  while (left.length) {
    const [surest, ...others] = left;
    const isSame = others.map((other) => overlapOf(surest, other) > sameFace);
    faces.push({ ...meanBox([surest, ...others.filter((_, row) => isSame[row])]), logOdds: surest.logOdds });
    left = others.filter((_, row) => !isSame[row]);
  }
  return faces;
}

function meanBox(answers) {
  const weights = answers.map(({ logOdds }) => 1 / (1 + Math.exp(-logOdds)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (name) => answers.reduce((sum, answer, row) => sum + answer[name] * weights[row], 0) / total;
  return { x: mean("x"), y: mean("y"), width: mean("width"), height: mean("height") };
}
