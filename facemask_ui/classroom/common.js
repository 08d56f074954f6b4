// What both pages of a room share: words, elements, figures.
"use strict";

const WORDS = JSON.parse(document.getElementById("words").textContent);
const LANGUAGE = document.documentElement.lang;
const PLURALS = new Intl.PluralRules(LANGUAGE);

/** Whether the words have a key. */
const hasWords = (key) => key.split(".").reduce((table, part) => table?.[part], WORDS) !== undefined;

/** Reads a string of the page's words by its path, with its placeholders filled in. */
function say(key, values = {}) {
  let text = key.split(".").reduce((table, part) => table?.[part], WORDS);
  if (text === undefined) return "";
  if (typeof text === "object") text = text[PLURALS.select(values.count)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Writes a number as the page's language does. */
const writeNumber = (value, digits = 0) => new Intl.NumberFormat(LANGUAGE, {
  minimumFractionDigits: digits, maximumFractionDigits: digits,
}).format(value);

/** Writes a probability as the lab does: only an exact 1 becomes 100 %. */
function writeShare(share) {
  const number = writeNumber(100 * share, 1);
  if (share < 1 && number === writeNumber(100, 1)) return say("percentage.most");
  if (share > 0 && number === writeNumber(0, 1)) return say("percentage.least");
  return say("percentage.is", { number });
}

/** Writes a share of a class in whole percents. */
const writePercent = (share) => say("percentage.is", { number: writeNumber(100 * share) });

/** Writes an epsilon, as 4/255. */
const writeLevel = (level) => `${level}/255`;

/** Writes seconds as 1:05. */
function writeTime(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Makes an element. Attributes that begin with "on" are listeners; text is never read as HTML. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
}

/** Sets or removes an attribute of a control that is either on or off. */
const setPressed = (element, pressed) => element.setAttribute("aria-pressed", String(pressed));

/** Makes paragraphs of a text, in which ** stands around what is bold. */
function makeProse(text) {
  return text.split(/\n{2,}/).map((paragraph) => make("p", {},
    paragraph.split("**").map((part, row) => (row % 2 ? make("strong", {}, part) : part))));
}

/** Reads a part of the page's address; a part that is no text reads as it stands there. */
function readAddress(place) {
  const part = location.pathname.split("/")[place] ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Puts a text into an element, only if it is another one. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** What a question's choice is called. */
function nameChoice(step, choice) {
  if (step.data?.options) return step.data.options[Number(choice)];
  if (step.question) return say(`questions.${step.question}.choices.${choice}`);
  if (step.kind === "guess") return say(`choices.${choice}`);
  return choice;
}

/** What a step asks. */
function nameQuestion(step) {
  if (step.data?.question) return step.data.question;
  if (step.question) return say(`questions.${step.question}.text`);
  return say(`steps.${step.id}.question`, { level: step.level });
}

/** What a step is called. */
function nameStep(step) {
  if (step.question) return say(`steps.${step.phase}`, { number: step.data.number, of: step.data.of });
  return step.data?.title ?? say(`steps.${step.id}.title`);
}

const readAlt = (sample) => WORDS.faces[sample]?.alt ?? "";

/** The two classes' icons; they are drawings, because no font is fetched. */
function drawClass(choice) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("class", "class-icon");
  svg.setAttribute("aria-hidden", "true");
  const draw = (tag, attributes) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    svg.append(part);
  };
  draw("circle", { cx: 24, cy: 24, r: 20, fill: "none", stroke: "currentColor", "stroke-width": 3 });
  draw("circle", { cx: 17, cy: 19, r: 2.6, fill: "currentColor" });
  draw("circle", { cx: 31, cy: 19, r: 2.6, fill: "currentColor" });
  if (choice === "masked") draw("path", { d: "M6 25 Q15 25 24 23 Q33 25 42 25 Q41 43 24 43 Q7 43 6 25Z", fill: "currentColor" });
  else draw("path", { d: "M15 30 Q24 38 33 30", fill: "none", stroke: "currentColor", "stroke-width": 3, "stroke-linecap": "round" });
  return svg;
}

/** The model's answer as one bar of two parts, in the classes' colours. */
function makeVerdict(probabilities) {
  const won = probabilities[1] > probabilities[0] ? 1 : 0;
  const names = ["bare", "masked"];
  return make("div", { class: "verdict" },
    make("p", { class: `verdict-text class-${won}` }, drawClass(names[won]),
      make("span", {}, make("strong", {}, say(`choices.${names[won]}`)), ` ${writeShare(probabilities[won])}`)),
    make("div", { class: "track", "aria-hidden": "true" }, [1, 0].map((label) =>
      make("span", { class: `part class-${label}`, style: `width: ${100 * probabilities[label]}%` }))));
}
