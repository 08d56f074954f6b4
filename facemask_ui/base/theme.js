// Tells the server when the browser's theme is not the one that the charts were drawn for, and the
// browser which language the page is in.

export default function ({ parentElement, data, setTriggerValue }) {
  document.documentElement.lang = data.language;
  const look = parentElement.querySelector(".look");
  const sendTheme = () => {
    const [red, green, blue] = getComputedStyle(look).color.match(/\d+/g).map(Number);
    const dark = red + green + blue < 3 * 128;
    // Once for each theme: the server may not learn of it, and must not run again and again.
    if (dark !== data.dark && look.dataset.sent !== String(dark)) {
      look.dataset.sent = dark;
      setTriggerValue("changed", true);
    } else if (dark === data.dark) delete look.dataset.sent;
  };
  look.ontransitionend = sendTheme; // its colour is the page's background, which moves a moment
  sendTheme();
}
