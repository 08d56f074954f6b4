// A face, and over it the heat of one model, as opaque as the slider (opacity.js) says.
//
// Dragging across the map moves that slider: on a phone it may have scrolled out of sight.

export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  find(".name").textContent = data.name;
  const icon = document.createElement("span");
  icon.className = "icon";
  icon.setAttribute("aria-hidden", "true");
  icon.textContent = data.icon;
  const chip = find(".chip");
  chip.className = `chip class-${data.label}`;
  chip.replaceChildren(icon, data.verdict);
  find(".where").textContent = data.where;
  Object.assign(find(".face"), { src: data.face, alt: data.alt });
  Object.assign(find(".heat"), { src: data.heat, alt: data.alt });
  const layers = find(".layers");
  layers.setAttribute("aria-label", data.alt);
  layers.onpointerdown = (event) => layers.setPointerCapture(event.pointerId);
  layers.onpointermove = (event) => {
    if (!layers.hasPointerCapture(event.pointerId)) return;
    const by = (100 * event.movementX) / layers.clientWidth;
    globalThis.dispatchEvent(new CustomEvent("facemask-heat", { detail: by }));
  };
}
