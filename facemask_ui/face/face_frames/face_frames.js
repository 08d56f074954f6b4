// A picture with a numbered frame around each face; a click on one chooses it.

export default function ({ data, parentElement, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  Object.assign(find("img"), { src: data.picture, alt: data.alt });
  const group = find(".faces");
  group.setAttribute("aria-label", data.label);
  const focused = [...group.children].indexOf(parentElement.activeElement ?? document.activeElement);
  group.replaceChildren(...data.boxes.map((box, index) => drawFrame(box, index)));
  if (data.region) group.append(place(Object.assign(document.createElement("div"), { className: "region" }), data.region));
  group.children[focused]?.focus();

  function drawFrame(box, index) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", data.names[index]);
    button.setAttribute("aria-pressed", index === data.chosen);
    const number = document.createElement("span");
    number.textContent = index + 1;
    button.append(number);
    button.onclick = () => setTriggerValue("face", index);
    return place(button, box);
  }

  /** In shares of the picture, so that it fits at any width of the screen. */
  function place(element, [left, top, width, height]) {
    const share = (pixels, whole) => `${(100 * pixels) / whole}%`;
    Object.assign(element.style, {
      left: share(left, data.width),
      top: share(top, data.height),
      width: share(width, data.width),
      height: share(height, data.height),
    });
    return element;
  }
}
