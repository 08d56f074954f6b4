// The slider is inside a component, where no address reaches: the lab moves the focus itself.

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".skip");
  button.textContent = data.label;
  button.onclick = () => {
    globalThis.dispatchEvent(new CustomEvent("facemask-lab-slider"));
  };
}
