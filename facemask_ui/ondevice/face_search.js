// Looks for the faces of a photograph (the core's pictures/face_search.py and faces.py, step by step).
//
// The rules are the core's constants by their names, from the finder's plan.

class FaceFinder {
  /**
   * @param exports What the WebAssembly instance exports.
   * @param memory Its memory.
   * @param plan The plan of the face finder.
   * @param buffer Its weights file.
   */
  constructor(exports, memory, plan, buffer) {
    const make = (name) => {
      const network = { ...plan.networks[name], weights_sha256: plan.weights_sha256 };
      return new BlazeFace(exports, memory, network, buffer);
    };
    Object.assign(this, { near: make("short_range"), far: make("back_camera"), rules: plan.search });
    this.breathe = async () => {};
  }

  /**
   * Finds all faces, from the left.
   *
   * @param photograph `data`, `width`, `height` and `channels`; its data are no other's, and may be turned.
   * @returns Boxes in whole pixels from hairline to chin, each with its log-odds as `score`, and whether it
   *   is the `largest`, which the lab takes where nobody chooses.
   */
  async find(photograph) {
    const { width, height } = photograph;
    const isMirrored = isDarkerLeft(photograph);
    // Of a picture and its mirror image one is searched, so that both have the same faces.
    if (isMirrored) mirrorRows(photograph.data, width, photograph.channels);
    const found = await this.search(photograph);
    const faces = isMirrored ? mirrorAnswers(found, width) : found;
    const boxes = faces.map((face) => ({ ...squareAround(width, height, face), score: face.logOdds }));
    const [largest] = [...boxes].sort((one, other) => areaOf(other) - areaOf(one));
    for (const box of boxes) box.largest = box === largest;
    return boxes.sort((one, other) => 2 * one.left + one.width - (2 * other.left + other.width) || one.top - other.top);
  }

  /** Finds the face of one picture of a film in the next; null where it has gone too far. */
  async follow(photograph, box) {
    const { rules } = this;
    const side = Math.max(box.width, box.height);
    const length = side / (rules.side - rules.smaller);
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2 - (rules.drop - rules.higher) * length];
    const close = await this.lookClosely(photograph, x, y, length);
    if (!close || close.logOdds < rules.sure) return null;
    const face = this.frame(close, close.logOdds);
    const isInside = face.x >= 0 && face.x < photograph.width && face.y >= 0 && face.y < photograph.height;
    return isInside ? { ...squareAround(photograph.width, photograph.height, face), score: face.logOdds } : null;
  }

  async search(photograph) {
    const { rules } = this;
    const longer = Math.max(photograph.width, photograph.height);
    let faces = await this.confirm(photograph, await this.lookAtAll(photograph), rules.enough);
    if (!faces.length && contrastOf(everyEighth(photograph)) < rules.low_contrast) {
      faces = await this.confirm(photograph, await this.lookAtAll(photograph, { isStretched: true }), rules.enough);
    }
    if (!faces.length) {
      const answers = await this.look(photograph, addMargin(photograph, rules.last_margin), this.near);
      const large = answers.filter(({ width }) => width >= rules.large_face * longer);
      faces = await this.confirm(photograph, large, rules.enough_large);
    }
    const isLarge = ({ width, height }) => Math.max(width, height) > rules.small_face * longer;
    if (longer <= rules.large_picture || faces.some(isLarge)) return faces;
    const answers = [];
    for (const tile of this.layTiles(photograph)) answers.push(...(await this.look(photograph, tile, this.far)));
    return this.dropParts([...faces, ...(await this.confirm(photograph, answers, rules.enough_in_tiles))]);
  }

  /** Takes both first looks, and joins their answers. */
  async lookAtAll(photograph, options) {
    const first = await this.look(photograph, addMargin(photograph, 0), this.near, options);
    return [...first, ...(await this.look(photograph, addMargin(photograph, this.rules.margin), this.far, options))];
  }

  /** Looks at a square once; answers that are worth a close look, in pixels of the photograph. */
  async look(photograph, square, network, { isStretched = false } = {}) {
    await this.breathe();
    const view = cutView(photograph, square, network.size);
    const answers = network.look(isStretched ? stretchContrast(view.pixels) : view.pixels);
    const places = toPhotograph(view, answers.filter(({ logOdds }) => logOdds >= this.rules.maybe));
    return places.filter(({ x, y }) => x >= 0 && x < photograph.width && y >= 0 && y < photograph.height);
  }

  /** Looks closely at answers, and keeps those that are faces by both looks. */
  async confirm(photograph, answers, enough) {
    const { rules } = this;
    const faces = [];
    for (const candidate of mergeAnswers(answers, rules.same_face).slice(0, rules.most)) {
      if (candidate.logOdds < rules.hopeful) continue;
      const first = Math.min(candidate.logOdds, rules.limit);
      const close = await this.lookClosely(photograph, candidate.x, candidate.y, sideOf(candidate));
      const sureness = close && (2 * first + close.logOdds) / 3;
      if (close && sureness >= enough) faces.push(this.frame(close, sureness));
    }
    return this.dropParts(faces);
  }

  /** Looks for one face at a known place, as it is and in the mirror; null where there is none. */
  async lookClosely(photograph, x, y, side) {
    await this.breathe();
    const around = this.rules.around * side;
    const view = cutView(photograph, { left: x - around / 2, top: y - around / 2, side: around }, this.near.size);
    const versions = [view.pixels];
    if (contrastOf(view.pixels) < this.rules.low_contrast) versions.push(stretchContrast(view.pixels));
    const faces = versions.map((pixels) => this.lookBothWays(view, pixels, x, y, side)).filter(Boolean);
    return bySureness(faces)[0] ?? null;
  }

  lookBothWays(view, pixels, x, y, side) {
    const { rules, near } = this;
    const mirrored = pixels.slice();
    mirrorRows(mirrored, view.size, 3);
    const looks = [near.look(pixels), mirrorAnswers(near.look(mirrored), view.size)].map((answers) =>
      toPhotograph(view, answers).filter((answer) => {
        const off = Math.max(Math.abs(answer.x - x), Math.abs(answer.y - y)) / side;
        const size = answer.width / side;
        return off < rules.near && size > rules.least_size && size < rules.most_size;
      }),
    );
    if (!looks.every((answers) => answers.length)) return null;
    const both = looks.flat();
    const least = Math.min(rules.faint, mostOdds(both));
    const [face] = mergeAnswers(both.filter(({ logOdds }) => logOdds >= least), rules.same_face);
    const [one, other] = looks.map((answers) => Math.min(Math.max(mostOdds(answers), -rules.limit), rules.limit));
    return { ...face, logOdds: (one + other) / 2 };
  }

  /** Makes a face's box, from the brows to the lips, a square from the hairline to the chin. */
  frame(face, sureness) {
    const { side, smaller, drop, higher } = this.rules;
    const length = sideOf(face);
    const whole = (side - smaller * face.logOdds) * length;
    const y = face.y + (drop - higher * face.logOdds) * length;
    return { logOdds: sureness, x: face.x, y, width: whole, height: whole };
  }

  /** Drops what shares most of itself with a surer face. */
  dropParts(faces) {
    let left = bySureness(faces);
    const kept = [];
    while (left.length) {
      const [surest, ...others] = left;
      kept.push(surest);
      left = others.filter((other) => {
        return sharedArea(surest, other) / Math.min(areaOf(surest), areaOf(other)) <= this.rules.inside;
      });
    }
    return kept;
  }

  /** Lays squares over a photograph, each of which overlaps the next by half. */
  layTiles({ width, height }) {
    const side = this.rules.tile * Math.max(width, height);
    const placesOf = (length) => {
      if (length <= side) return [(length - side) / 2];
      const count = Math.max(1, roundEven((2 * length) / side) - 1);
      return Array.from({ length: count }, (_, at) => (count > 1 ? (at === count - 1 ? length - side : at * ((length - side) / (count - 1))) : 0));
    };
    return placesOf(height).flatMap((top) => placesOf(width).map((left) => ({ left, top, side })));
  }
}

const sideOf = (box) => (box.width + box.height) / 2;
const mostOdds = (answers) => answers.reduce((most, { logOdds }) => Math.max(most, logOdds), -Infinity);

/** The square around a photograph, with a margin in shares of its longer side. */
function addMargin({ width, height }, margin) {
  const side = Math.max(width, height) * (1 + 2 * margin);
  return { left: (width - side) / 2, top: (height - side) / 2, side };
}

/** A square box inside a photograph; one that sticks out is moved in, and cut only where it is too large. */
function squareAround(width, height, { x, y, width: side }) {
  const length = Math.max(1, roundEven(side));
  const [across, down] = [Math.min(length, width), Math.min(length, height)];
  const left = Math.min(Math.max(roundEven(x - across / 2), 0), width - across);
  const top = Math.min(Math.max(roundEven(y - down / 2), 0), height - down);
  return { left, top, width: across, height: down };
}

/** How far apart the darkest and the brightest of 98 in 100 values are. */
function contrastOf(pixels) {
  const [low, high] = findExtremes(countLevels(pixels));
  return high - low;
}

/** The values of every eighth pixel of every eighth row. */
function everyEighth({ data, width, height, channels }) {
  const values = [];
  for (let row = 0; row < height; row += 8) {
    for (let column = 0; column < width; column += 8) {
      const from = (row * width + column) * channels;
      values.push(data[from], data[from + 1], data[from + 2]);
    }
  }
  return values;
}

/** Compares the halves of a photograph, in every eighth pixel from its sides. */
function isDarkerLeft({ data, width, height, channels }) {
  let difference = 0;
  for (let row = 0; row < height; row += 8) {
    for (let column = 0; column < Math.floor(width / 2); column += 8) {
      const [left, right] = [row * width + column, row * width + width - 1 - column].map((place) => place * channels);
      for (let c = 0; c < 3; c += 1) difference += data[left + c] - data[right + c];
    }
  }
  return difference < 0;
}
