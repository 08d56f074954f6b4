// On a narrow screen, which model's map is shown.
//
// It sets one attribute of the document, which the page's style (component.py) reads: every map is there
// already, and the server takes no part in it.

const state = (globalThis[Symbol.for("facemask-lab.map")] ??= { name: null });

export default function ({ data, parentElement }) {
  const choice = parentElement.querySelector("select");
  parentElement.querySelector("label").textContent = data.label;
  const show = () => {
    state.name = choice.value;
    document.documentElement.dataset.heatMap = choice.selectedIndex;
  };
  choice.replaceChildren(...data.names.map((name) => new Option(name, name)));
  if (data.names.includes(state.name)) choice.value = state.name;
  parentElement.querySelector(".map-choice").classList.toggle("of-several", data.names.length > 1);
  choice.onchange = show;
  show();
}
