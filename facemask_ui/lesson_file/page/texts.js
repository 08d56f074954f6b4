// Strings of the file: their placeholders filled in, and their Markdown put on the page.

const data = JSON.parse(document.getElementById("data").textContent);
const { language, words, lesson, stage } = data;
const page = words["lesson.page"];
const own = words["lesson_file"];
/** What the lab's shared functions read: the language, and how percentages are written. */
const written = { language, words: { percentage: words.percentage } };

/** Fills a string's placeholders; one without a value stays. */
function fill(text, values = {}) {
  return text.trim().replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A number with so many decimals, with a minus sign for a hyphen. */
function figure(value, digits = 0) {
  const rounding = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, rounding).format(value).replace("-", "\u2212");
}

function share(probability) {
  return percent(probability, written);
}

/** A verdict as a mark in a text, which `prose` draws in the colour of its class. */
function verdict(probabilities) {
  const label = predict(probabilities);
  return `[[${label}|${data.classes[label]} ${share(probabilities[label])}]]`.replaceAll(" ", "\u00a0");
}

function confidenceIn(probabilities) {
  return probabilities[predict(probabilities)];
}

const MARKS = /(\*\*.+?\*\*|`[^`]+`|\[\[[01]\|[^\]]+\]\])/;

/** A line of the lesson's Markdown as nodes: bold, code and verdicts. */
function inline(text) {
  return text.split(MARKS).filter(Boolean).map((part) => {
    if (part.startsWith("**")) return strong(part.slice(2, -2));
    if (part.startsWith("`")) return element("code", "", part.slice(1, -1));
    if (part.startsWith("[[")) return chipOf(Number(part[2]), part.slice(4, -2));
    return document.createTextNode(part);
  });
}

function strong(text) {
  const node = element("strong");
  node.append(...inline(text));
  return node;
}

function chipOf(label, text) {
  const chip = element("span", `chip class-${label}`);
  chip.append(icon(["face", "masks"][label]), text);
  return chip;
}

/** Paragraphs of the lesson's Markdown. */
function prose(text) {
  return text.trim().split(/\n\s*\n/).map((paragraph) => {
    const node = element("p");
    node.append(...inline(paragraph));
    return node;
  });
}

/** One paragraph, perhaps of a class. */
function line(text, className = "") {
  const node = element("p", className);
  node.append(...inline(text));
  return node;
}

/** A part of the page that the reader unfolds. */
function fold(summary, ...content) {
  const node = element("details");
  node.append(element("summary", "", summary), ...content);
  return node;
}

/** A table out of rows, each an object by the columns' heads. */
function tabulate(caption, rows) {
  const table = element("table");
  const heads = Object.keys(rows[0] ?? {});
  if (caption) table.append(element("caption", "", caption));
  const head = element("tr");
  head.append(...heads.map((text) => Object.assign(element("th", "", text), { scope: "col" })));
  const body = rows.map((row) => {
    const line = element("tr");
    line.append(...heads.map((key, at) => element(at ? "td" : "th", "", row[key])));
    return line;
  });
  const [thead, tbody] = [element("thead"), element("tbody")];
  thead.append(head);
  tbody.append(...body);
  table.append(thead, tbody);
  const frame = element("div", "wide");
  frame.append(table);
  return frame;
}
