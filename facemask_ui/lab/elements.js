// What the lab's files share: elements, and a verdict in words.

const SIDE = 224;
const VALUES = SIDE * SIDE * 3;

function element(name, className = "", text = "") {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** As replaceChildren; what had the focus has it still, by its place. */
function replace(parent, children) {
  const at = [...parent.children].indexOf(parent.getRootNode().activeElement);
  parent.replaceChildren(...children);
  if (at >= 0) parent.children[at]?.focus();
}

function button(text, act) {
  const node = element("button", "", text);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

function icon(name) {
  const node = element("span", "icon", name);
  node.setAttribute("aria-hidden", "true");
  node.dataset.icon = name; // where there is no font of icons, the style draws it
  return node;
}

// ---- verdicts ----

function predict(probabilities) {
  return probabilities[1] > probabilities[0] ? 1 : 0;
}

/** Whether a confidence is too little for a verdict; a model without a threshold is never unsure. */
function isUnsure(probabilities, threshold) {
  return threshold !== null && Math.max(...probabilities) < threshold;
}

/**
 * How an attack ended at a notch. At 0 nothing was attacked; elsewhere a picture that is the
 * original still was not put to a test.
 */
function outcomeOf({ face, before }, level, after, { label, unsureBelow }, attacked) {
  if (isUnsure(before, unsureBelow)) return "doubt";
  if (predict(before) !== label) return "wrong";
  if (level === 0) return "untouched";
  if (isUnsure(after, unsureBelow)) return "unsure";
  if (predict(after) !== label) return "fooled";
  const moved = attacked?.some((value, place) => value !== face[place]) ?? false;
  return moved ? "held" : "unmoved";
}

/** Marks in a film whether the model is wrong without an attack, and where it is fooled first. */
function markChanges(film, { label, unsureBelow }) {
  const { before } = film;
  const doubt = before !== undefined && isUnsure(before, unsureBelow);
  film.wrong = before !== undefined && predict(before) !== label && !doubt;
  const least = unsureBelow ?? 0; // what is unsure is not fooled
  const fooling = confidence(film, 1 - label).find(([, share]) => share > 0.5 && share >= least);
  const first = fooling?.[0];
  // It is the first one once all below it have come: parts do not come in their order.
  const known = fooling && sortPoints(film).findIndex(([at]) => at === first) === first;
  film.first = film.wrong || doubt || !known ? undefined : first; // no attack made it so
}

/** What an epsilon of 8-bit levels means, in plain words; empty on other axes and without a change. */
function describeLimit({ axis, words }, level) {
  const plain = axis.key === "epsilon_levels" && level > 0;
  return plain ? words.limit.replace("{levels}", axis.values[level]) : "";
}

// ---- numbers, as the page's language writes them ----

/** As the rest of the lab writes it: only what is certain to the last digit is 100 %. */
function percent(share, data) {
  const text = (100 * share).toFixed(1);
  if (text === "100.0" && share < 1) return data.words.percentage.most;
  if (text === "0.0" && share > 0) return data.words.percentage.least;
  return writePercentage(Number(text), data, 1);
}

function writePercentage(value, data, digits = 0) {
  return data.words.percentage.is.replace("{number}", writeNumber(value, data, digits));
}

const formats = new Map(); // to make one takes longer than to use it, and a drag writes many numbers

/** Writes a number with so many decimals, or with as many as it needs. */
function writeNumber(value, { language }, digits = 0) {
  const name = `${language} ${digits}`;
  const rounding = { minimumFractionDigits: digits, maximumFractionDigits: digits || 4 };
  if (!formats.has(name)) formats.set(name, new Intl.NumberFormat(language, rounding));
  return formats.get(name).format(value);
}
