// The slider is inside a component, where no address reaches: the lab moves the focus itself.

export default function ({ parentElement }) {
  parentElement.querySelector(".skip").onclick = () => {
    globalThis.dispatchEvent(new CustomEvent("facemask-lab-slider"));
  };
}
