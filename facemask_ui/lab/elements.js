// What the lab's files share: elements, and a verdict in words.

const SIDE = 224;
const VALUES = SIDE * SIDE * 3;

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** As replaceChildren; what had the focus has it still, by its place. */
function replace(parent, children) {
  const at = [...parent.children].indexOf(parent.getRootNode().activeElement);
  parent.replaceChildren(...children);
  if (at >= 0) parent.children[at]?.focus();
}

function button(text, act) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function icon(name) {
  const made = element("span", "icon", name);
  made.setAttribute("aria-hidden", "true");
  return made;
}

// ---- verdicts ----

function predict(probabilities) {
  return probabilities[1] > probabilities[0] ? 1 : 0;
}

function outcomeOf(before, after, label) {
  if (predict(before) !== label) return "wrong";
  return predict(after) === label ? "held" : "fooled";
}

/** As the rest of the lab writes it: only what is certain to the last digit is 100 %. */
function percent(share) {
  const text = (100 * share).toFixed(1);
  if (text === "100.0" && share < 1) return "> 99.9 %";
  if (text === "0.0" && share > 0) return "< 0.1 %";
  return `${text} %`;
}
