// Tells the server when the browser's theme is not the one that the charts were drawn for.

export default function ({ parentElement, data, setTriggerValue }) {
  const look = parentElement.querySelector(".look");
  const tell = () => {
    const [red, green, blue] = getComputedStyle(look).color.match(/\d+/g).map(Number);
    const dark = red + green + blue < 3 * 128;
    // Once each: a server that does not come to know better is not asked again and again.
    if (dark !== data.dark && look.dataset.told !== String(dark)) {
      look.dataset.told = dark;
      setTriggerValue("changed", true);
    } else if (dark === data.dark) delete look.dataset.told;
  };
  look.ontransitionend = tell; // its colour is the page's background, which moves a moment
  tell();
}
