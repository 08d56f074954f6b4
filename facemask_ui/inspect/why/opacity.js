// One slider for every heat map on the page (heat_map.js).
//
// It sets one property of the document, which every component inherits, so that a drag redraws
// layers that are there already and the server takes no part in it.

const state = (globalThis[Symbol.for("facemask-lab.heat")] ??= { percent: 50 });

export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  const slider = find("input");
  const { words } = data;
  const texts = {
    label: words.heat, ".hint": words.hint, ".none": words.none, ".all": words.all,
    ".cold": words.cold, ".hot": words.hot,
  };
  for (const [selector, text] of Object.entries(texts)) find(selector).textContent = text;
  const show = (percent) => {
    state.percent = Math.min(100, Math.max(0, percent));
    const rounded = Math.round(state.percent);
    document.documentElement.style.setProperty("--facemask-heat", state.percent / 100);
    slider.value = rounded;
    const text = words.value.replace("{heat}", rounded).replace("{face}", 100 - rounded);
    slider.setAttribute("aria-valuetext", text);
    find("output").textContent = `${rounded} %`;
  };
  slider.oninput = () => show(slider.valueAsNumber);
  find(".none").onclick = () => show(0);
  find(".all").onclick = () => show(100);
  find(".colours").style.backgroundImage = `linear-gradient(to right, ${data.colours.join()})`;
  // New data (another theme) run this again, and the arrow keys must still move the slider once.
  parentElement.life?.abort();
  const { signal } = (parentElement.life = new AbortController());
  globalThis.addEventListener("facemask-heat", ({ detail }) => show(state.percent + detail), { signal });
  show(state.percent); // another page may have been open meanwhile
  // Streamlit ends an overtaken run in this way as well; only what has left the page is closed.
  return () => parentElement.isConnected || parentElement.life.abort();
}
