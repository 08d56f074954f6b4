// One slider for every heat map on the page (heat_map.js).
//
// It sets one property of the document, which reaches into every component, so that a drag redraws
// layers that are there already: it asks the server for nothing, nor does it tell it anything.

const state = (globalThis[Symbol.for("facemask-lab.heat")] ??= { percent: 50 });

export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  const slider = find("input");
  const show = (percent) => {
    state.percent = Math.min(100, Math.max(0, percent));
    const shown = Math.round(state.percent);
    document.documentElement.style.setProperty("--facemask-heat", state.percent / 100);
    slider.value = shown;
    slider.setAttribute("aria-valuetext", `${shown} % heat, ${100 - shown} % face`);
    find("output").textContent = `${shown} %`;
  };
  slider.oninput = () => show(slider.valueAsNumber);
  find(".none").onclick = () => show(0);
  find(".all").onclick = () => show(100);
  find(".colours").style.backgroundImage = `linear-gradient(to right, ${data.colours.join()})`;
  const dragged = ({ detail }) => show(state.percent + detail);
  globalThis.addEventListener("facemask-heat", dragged);
  show(state.percent); // another page may have been open meanwhile
  return () => globalThis.removeEventListener("facemask-heat", dragged);
}
