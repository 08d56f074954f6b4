// Tells the page of a file that the browser or the server's front refused.
//
// Streamlit's uploader keeps such a refusal to itself: the page would go on showing what it made of
// the file before. Nothing tells of it but the red chip, which is looked for here.

const PATIENCE_MS = 100;

export default function ({ data, setTriggerValue }) {
  const observer = new MutationObserver(report);
  let timer;

  function report() {
    const alert = document.querySelector(`.st-key-${data.place} [data-testid=stFileChip] > [role=alert]`);
    if (!alert) return;
    observer.disconnect(); // once: the page answers with an uploader that has no chip
    const name = alert.parentElement.querySelector("[data-testid=stFileChipName]");
    // The text is cut in the middle where it is long, the title is not.
    const whole = name?.title || name?.textContent || "";
    setTriggerValue("refusal", { name: whole, reason: alert.textContent });
  }

  function watch() {
    const uploader = document.querySelector(`.st-key-${data.place}`);
    if (!uploader) return (timer = setTimeout(watch, PATIENCE_MS)); // it is drawn in a moment
    observer.observe(uploader, { childList: true, subtree: true });
    report();
  }

  watch();
  return () => {
    clearTimeout(timer);
    observer.disconnect();
  };
}
