// A table whose cells may be buttons: the server says what each shows and how wrong it is.
//
// All text is set as text, so that no name becomes markup.

export default function ({ data, parentElement, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const choose = (element, { key, name, pressed }) => {
    element.type = "button";
    element.setAttribute("aria-label", name);
    element.setAttribute("aria-pressed", String(Boolean(pressed)));
    element.onclick = () => setTriggerValue("chosen", key);
    return element;
  };
  const drawCell = (cell) => {
    const place = make("td", [data.wide && "wide", cell.best && "best"].filter(Boolean).join(" "));
    // Nothing wrong has no colour at all, and the first wrong answer can be seen.
    if (cell.wrong) {
      const share = Math.round(15 + 85 * cell.wrong);
      place.style.background = `color-mix(in srgb, ${data.colour} ${share}%, ${data.plain})`;
    }
    const content = cell.key ? choose(make("button", "cell"), cell) : make("div", "cell");
    content.append(make("span", "text", cell.text));
    if (cell.note) content.append(make("span", "note", cell.note));
    place.append(content);
    return place;
  };
  const drawName = (row) => {
    const head = make("th");
    head.scope = "row";
    head.append(row.key ? choose(make("button", "", row.title), row) : row.title);
    return head;
  };
  const active = parentElement.activeElement ?? document.activeElement;
  const focused = active?.getAttribute?.("aria-label");
  find(".scroll").setAttribute("aria-label", data.label);
  find(".caption").textContent = data.caption ?? "";
  const line = make("tr");
  for (const title of data.heads) {
    const head = make("th", "", title);
    head.scope = "col";
    line.append(head);
  }
  find("thead").replaceChildren(line);
  find("tbody").replaceChildren(
    ...data.rows.map((row) => {
      const drawn = make("tr");
      drawn.append(drawName(row), ...row.cells.map(drawCell));
      return drawn;
    }),
  );
  if (!focused) return; // the pressed button was made anew: the keyboard stays where it was
  for (const button of parentElement.querySelectorAll("button")) {
    if (button.getAttribute("aria-label") === focused) button.focus({ preventScroll: true });
  }
}
