// Brings a new chapter's start into view.
export default function ({ data, parentElement }) {
  const main = document.querySelector("[data-testid=stMain]");
  const before = main.dataset.chapter;
  main.dataset.chapter = data.chapter;
  if (before && before !== String(data.chapter)) {
    const heading = main.querySelector(".st-key-lesson h2");
    heading.tabIndex = -1; // a keyboard or screen reader goes on from here
    heading.focus({ preventScroll: true });
    main.scrollTo(0, 0);
  }
  // Streamlit ends an overtaken run in this way as well; only what has left the page is undone.
  return () => {
    if (!parentElement.isConnected) delete main.dataset.chapter;
  };
}
