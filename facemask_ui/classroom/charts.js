// What the projector draws of a class: bars, histograms, and the change from before to after.
"use strict";

/** One bar for each answer; bars are kept, so that they grow and do not jump. */
class Bars {
  constructor(step, { isHidden = false } = {}) {
    this.rows = new Map(step.choices.map((choice) => [choice, this.makeRow(step, choice)]));
    this.root = make("div", { class: `bars ${isHidden ? "covered" : ""}`, role: "list" }, [...this.rows.values()].map(({ row }) => row));
  }

  makeRow(step, choice) {
    const classed = ["bare", "masked"].indexOf(choice);
    const count = make("span", { class: "count" }, "0");
    const fill = make("span", { class: classed >= 0 ? `fill class-${classed}` : "fill" });
    const mark = make("span", { class: "mark-right", hidden: true }, "\u2713");
    const label = make("div", { class: "label" }, classed >= 0 ? drawClass(choice) : undefined, make("span", {}, nameChoice(step, choice)), mark);
    return { row: make("div", { class: "bar", role: "listitem", "data-choice": choice }, label, make("div", { class: "rail" }, fill, count)), fill, count, mark };
  }

  update(counts, right) {
    const most = Math.max(1, ...Object.values(counts));
    for (const [choice, { row, fill, count, mark }] of this.rows) {
      const number = counts[choice] ?? 0;
      fill.style.width = `${(88 * number) / most}%`;
      setText(count, String(number));
      row.classList.toggle("right", choice === right);
      row.classList.toggle("faded", right !== undefined && choice !== right);
      mark.hidden = choice !== right;
    }
  }
}

const NONE = "none";

/** Bins of smallest levels: each of the small ones, then wider; the last is that none was enough. */
function listBins(most) {
  const edges = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32].filter((edge) => edge <= most);
  return edges.map((edge, row) => ({ from: row ? edges[row - 1] : -1, to: edge,
    name: row && edge - edges[row - 1] > 1 ? `${edges[row - 1] + 1}\u2013${edge}` : String(edge) }));
}

/** A histogram of levels, with a column for those that no level fooled. */
class Histogram {
  constructor(most, { title, never, kind, alt }) {
    this.alt = alt;
    this.bins = listBins(most);
    this.columns = [...this.bins.map(({ name }) => name), NONE].map((name) => {
      const count = make("span", { class: "count" }, "");
      const fill = make("span", { class: `fill ${kind}` });
      const column = make("div", { class: "column", "data-bin": name },
        make("div", { class: "tower" }, count, fill), make("span", { class: "tick" }, name === NONE ? never : name));
      return { column, fill, count };
    });
    this.summary = make("p", { class: "visually-hidden" });
    this.root = make("figure", { class: "histogram" }, title ? make("figcaption", {}, title) : undefined,
      make("div", { class: "columns", "aria-hidden": "true" }, this.columns.map(({ column }) => column)), this.summary);
  }

  /** Shows how many have which level; a level or "none" by its number. */
  update(counts, right) {
    const heights = this.columns.map(() => 0);
    for (const [level, number] of Object.entries(counts)) heights[this.find(level)] += number;
    const most = Math.max(1, ...heights);
    this.columns.forEach(({ column, fill, count }, row) => {
      fill.style.height = `${(86 * heights[row]) / most}%`;
      setText(count, heights[row] ? String(heights[row]) : "");
      column.classList.toggle("right", right !== undefined && this.find(right) === row);
    });
    const told = Object.entries(counts).map(([level, number]) => `${level}: ${number}`).join("; ");
    setText(this.summary, `${this.alt}. ${told}`);
  }

  find(level) {
    if (level === NONE || level === "never") return this.columns.length - 1;
    const row = this.bins.findIndex(({ from, to }) => Number(level) > from && Number(level) <= to);
    return row < 0 ? this.columns.length - 2 : row;
  }
}

/** The middle of counted levels, "none" above all others; undefined where there are none. */
function findMedian(counts) {
  const sorted = Object.entries(counts)
    .map(([level, number]) => [level === NONE ? Infinity : Number(level), number])
    .sort(([one], [other]) => one - other);
  const total = sorted.reduce((sum, [, number]) => sum + number, 0);
  let seen = 0;
  for (const [level, number] of sorted) {
    seen += number;
    if (2 * seen >= total) return level;
  }
  return undefined;
}

/** For each of the six questions the share of right answers, before and after. */
function makeChange(questionnaire, right) {
  const share = (counts, answer) => {
    const total = Object.values(counts ?? {}).reduce((sum, number) => sum + number, 0);
    return total ? (counts[answer] ?? 0) / total : undefined;
  };
  const rows = Object.entries(right).map(([id, answer]) => {
    const [before, after] = ["before", "after"].map((phase) => share(questionnaire[id]?.[phase], answer));
    const line = (phase, value) => make("div", { class: `line ${phase}` },
      make("span", { class: "phase" }, say(`projector.${phase}`)),
      make("span", { class: "rail" }, make("span", { class: "fill", style: `width: ${100 * (value ?? 0)}%` })),
      make("span", { class: "count" }, value === undefined ? "\u2013" : writePercent(value)));
    return make("div", { class: "changed", role: "listitem", "data-question": id },
      make("p", {}, say(`questions.${id}.text`)),
      make("p", { class: "answer" }, `\u2713 ${say(`questions.${id}.choices.${answer}`)}`),
      line("before", before), line("after", after));
  });
  return make("div", { class: "change", role: "list" }, rows);
}

/**
 * The game: what both sides can choose; at the reveal how many chose it, what that was worth, and the best by name.
 *
 * Before it no side sees what the other has chosen.
 */
function makeGame(step, counts, truth, scores) {
  const affordable = Object.keys(step.attacks).filter((name) => step.attacks[name] <= step.budget);
  const chosen = (name) => make("span", { class: "chosen" }, String(counts[name] ?? 0));
  if (!truth) {
    const side = (choices, title) => make("section", { class: "side" }, make("h2", {}, title),
      choices.map((choice) => make("p", { class: "move" }, nameMove(step, choice))));
    return make("div", { class: "sides" },
      side(affordable, say("projector.game.attackers")), side(step.defences, say("projector.game.defenders")));
  }
  const cells = (attack) => step.defences.map((name) => make("td", { style: `--share: ${truth.payoff[attack][name]}` }, writePercent(truth.payoff[attack][name])));
  const table = make("table", { class: "payoff" }, make("caption", {}, say("projector.game.payoff")),
    make("thead", {}, make("tr", {}, make("td", {}), step.defences.map((name) => make("th", { scope: "col" }, say(`defences.${name}`), chosen(name))))),
    make("tbody", {}, affordable.map((attack) => make("tr", {}, make("th", { scope: "row" }, nameMove(step, attack), chosen(attack)), cells(attack)))));
  const ranks = make("ol", { class: "ranks" }, scores.slice(0, 8).map(({ name, role, points }) => make("li", {},
    make("strong", {}, name), make("span", {}, say(`projector.game.${role}`)), make("span", {}, writeNumber(points)))));
  return make("div", { class: "payoffs" }, table, ranks);
}
